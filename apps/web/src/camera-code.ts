// Codes in what a camera sees. Its pictures are looked at here and forgotten at once.

const EVERY_MS = 200;
/** Widest picture that is looked at: a code fills a good part of it. */
const WIDEST = 960;

/** Why there is no camera: not allowed, or none to be had. */
export type NoCamera = "refused" | "absent";

interface Told {
  readonly found: (text: string) => void;
  readonly failed: (why: NoCamera) => void;
}

/** Shows what the camera sees, and tells the first code in it. @returns what switches it off */
export function watchForCode(shown: HTMLVideoElement, { found, failed }: Told): () => void {
  let gone = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stream: MediaStream | undefined;
  const begin = async () => {
    const begun = await camera();
    if (typeof begun === "string") return failed(begun);
    stream = begun;
    if (gone) return stop(stream);
    shown.srcObject = stream;
    await shown.play();
    const { decodeQR } = await import("qr/decode.js");
    const brush = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const look = () => {
      if (gone || brush === null) return;
      const text = read(brush, shown, decodeQR);
      if (text !== "") return found(text);
      timer = setTimeout(look, EVERY_MS);
    };
    look();
  };
  // A camera that is taken away while it begins is none.
  begin().catch(() => gone || failed("absent"));
  return () => {
    gone = true;
    clearTimeout(timer);
    stop(stream);
  };
}

type Brush = CanvasRenderingContext2D;
type Decode = (image: { width: number; height: number; data: Uint8ClampedArray }) => string;

/** The camera that looks away from whoever holds the device, or why there is none. */
async function camera(): Promise<MediaStream | NoCamera> {
  // Over plain HTTP, but on this very machine, a browser has no camera to give.
  if (navigator.mediaDevices === undefined) return "absent";
  try {
    const video = { facingMode: "environment" };
    return await navigator.mediaDevices.getUserMedia({ video, audio: false });
  } catch (error) {
    const isRefused = error instanceof DOMException && error.name === "NotAllowedError";
    return isRefused ? "refused" : "absent";
  }
}

/** The text of the code in a picture; empty where there is none. */
function read(brush: Brush, from: HTMLVideoElement, decode: Decode): string {
  const scale = Math.min(1, WIDEST / Math.max(1, from.videoWidth));
  const width = Math.round(from.videoWidth * scale);
  const height = Math.round(from.videoHeight * scale);
  if (width === 0 || height === 0) return "";
  brush.canvas.width = width;
  brush.canvas.height = height;
  brush.drawImage(from, 0, 0, width, height);
  const { data } = brush.getImageData(0, 0, width, height);
  try {
    return decode({ width, height, data });
  } catch {
    return "";
  }
}

function stop(stream: MediaStream | undefined): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
