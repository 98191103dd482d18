import { mediaTypeOf as typeByName } from "@ecrin/client";

/** How many bytes of a file's beginning `mediaTypeOf` looks at. */
export const SNIFFED = 512;

const UNKNOWN = "application/octet-stream";

interface Mark {
  readonly at: number;
  readonly bytes: readonly number[] | string;
  readonly type: string;
}

/** First bytes that leave no doubt; containers such as ZIP and XML are left to the name. */
const MARKS: readonly Mark[] = [
  { at: 0, bytes: "%PDF-", type: "application/pdf" },
  { at: 0, bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], type: "image/png" },
  { at: 0, bytes: [0xff, 0xd8, 0xff], type: "image/jpeg" },
  { at: 0, bytes: "GIF8", type: "image/gif" },
  { at: 0, bytes: [0x49, 0x49, 0x2a, 0x00], type: "image/tiff" },
  { at: 0, bytes: [0x4d, 0x4d, 0x00, 0x2a], type: "image/tiff" },
  { at: 8, bytes: "WEBP", type: "image/webp" },
  { at: 8, bytes: "WAVE", type: "audio/wav" },
  { at: 4, bytes: "ftypheic", type: "image/heic" },
  { at: 4, bytes: "ftypavif", type: "image/avif" },
  { at: 4, bytes: "ftypisom", type: "video/mp4" },
  { at: 4, bytes: "ftypmp42", type: "video/mp4" },
  { at: 128, bytes: "DICM", type: "application/dicom" },
  { at: 0, bytes: "{\\rtf", type: "application/rtf" },
];

/** For a file without a telling name. */
const CONTAINERS: readonly Mark[] = [
  { at: 0, bytes: "PK\u0003\u0004", type: "application/zip" },
  { at: 0, bytes: [0x1f, 0x8b], type: "application/gzip" },
  { at: 0, bytes: "<?xml", type: "application/xml" },
];

/**
 * The media type of a file by its first bytes and its name. Bytes that leave no
 * doubt win over a name that says otherwise.
 * @param start the first bytes, `SNIFFED` of them where there are as many
 */
export function mediaTypeOf(name: string, start: Uint8Array): string {
  const marked = MARKS.find((mark) => isMarked(start, mark));
  if (marked !== undefined) return marked.type;
  const named = typeByName(name);
  if (named !== UNKNOWN) return named;
  const container = CONTAINERS.find((mark) => isMarked(start, mark));
  if (container !== undefined) return container.type;
  return looksLikeText(start) ? "text/plain" : UNKNOWN;
}

function isMarked(start: Uint8Array, { at, bytes }: Mark): boolean {
  const mark = typeof bytes === "string" ? Buffer.from(bytes, "latin1") : Buffer.from(bytes);
  return Buffer.from(start.subarray(at, at + mark.length)).equals(mark);
}

/** UTF-8 without control characters. Cut off at the end, the last character may be half there. */
function looksLikeText(start: Uint8Array): boolean {
  if (start.length === 0) return false;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(start, { stream: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what text does not hold
    return !/[\u0000-\u0008\u000b\u000e-\u001f]/.test(text);
  } catch {
    return false;
  }
}
