// What can be wrong with a resumable upload (tus 1.0), which stands beside the table.

import { MAX_CONTENT } from "@ecrin/protocol";
import type { Asked } from "./scene.ts";
import type { Wrong, WrongKind } from "./wrong-requests.ts";

type Codes = Wrong["codes"];
const MALFORMED: Codes = ["malformed"];

/** An upload's request, wrong in every way that its method can be. */
export function wrongUploads(asked: Asked): Wrong[] {
  const { method, target, headers, body } = asked;
  const saying = (
    kind: WrongKind,
    more: Record<string, string | undefined>,
    codes = MALFORMED,
  ): Wrong => {
    const said = Object.entries({ ...headers, ...more }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    return {
      kind,
      what: JSON.stringify(more),
      asked: { ...asked, headers: Object.fromEntries(said) },
      codes,
    };
  };
  const [length, offset, version] = ["upload-length", "upload-offset", "tus-resumable"] as const;
  const always = [
    saying("missing", { [version]: undefined }),
    saying("wrong type", { [version]: "0.2.2" }),
  ];
  if (method === "POST") {
    return [
      ...always,
      saying("missing", { [length]: undefined }),
      ...["none", "-1", "1.5", "0"].map((value) => saying("wrong type", { [length]: value })),
      saying("oversized", { [length]: String(MAX_CONTENT + 1) }, ["too-large"]),
      saying("unknown", { "upload-metadata": "filename YQ==" }),
      saying("unknown", { [length]: undefined, "upload-defer-length": "1" }),
    ];
  }
  const nowhere: Wrong[] = ["A".repeat(32), "..%2f..%2fkeys%2flog", "no-id"].map((id) => ({
    kind: "unknown",
    what: id,
    asked: { ...asked, target: target.replace(/[^/]*$/, id) },
    codes: ["not-found"],
  }));
  if (method !== "PATCH" || typeof body === "string" || body === undefined)
    return [...always, ...nowhere];
  const longer = new Uint8Array(body.length + 300_000);
  return [
    ...always,
    ...nowhere,
    saying("missing", { [offset]: undefined }),
    saying("wrong type", { [offset]: "none" }),
    saying("wrong type", { "content-type": "application/json" }),
    saying("out of order", { [offset]: "7" }, ["conflict"]),
    {
      kind: "oversized",
      what: "more than announced",
      asked: { ...asked, body: longer },
      codes: ["too-large"],
    },
  ];
}
