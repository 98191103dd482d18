// A hostile server of one's own, as `npm run attack -- --server tools/attack/example-server.ts` takes
// it: it stands in front of ours and shows the second document of a list under the name of the first.
import type { Hostile } from "./stranger.ts";

interface Listed {
  readonly revisions: readonly { readonly wrap?: string; readonly metadata?: string }[];
}

export const hostile: Hostile = () => async (input, init) => {
  const answer = await fetch(input, init);
  const { pathname } = new URL(input instanceof Request ? input.url : String(input));
  const isList = (init?.method ?? "GET") === "GET" && pathname.endsWith("/revisions");
  if (!isList || !answer.ok) return answer;
  const listed = (await answer.json()) as Listed;
  const [first, second, ...others] = listed.revisions;
  if (first === undefined || second === undefined) return again(answer, listed);
  const renamed = { ...second, wrap: first.wrap, metadata: first.metadata };
  return again(answer, { ...listed, revisions: [first, renamed, ...others] });
};

function again({ status, headers }: Response, body: object): Response {
  const kept = new Headers(headers);
  kept.delete("content-length");
  kept.delete("content-encoding");
  return new Response(JSON.stringify(body), { status, headers: kept });
}
