import * as z from "zod/mini";
import { secretNameField, treeField, wrapLeafField } from "./epoch.ts";
import {
  accountIdField,
  bytesField,
  countField,
  hashField,
  headField,
  secretBoxField,
  secretWrapField,
  spaceIdField,
  statementField,
  timeField,
} from "./fields.ts";
import { linkField } from "./link.ts";
import { linkSetField } from "./link-set.ts";
import { roleField } from "./member.ts";
import { MAX_LIST, page, queryNumber } from "./query.ts";
import { MAX_DECLARED, MAX_READ } from "./read.ts";
import { INLINE_CONTENT } from "./revision.ts";
import { MAX_MEMBERS } from "./space.ts";

/** A wrap on its way to the server, or from it. */
export const wrapField = z.strictObject({
  secret: secretNameField,
  recipient: wrapLeafField.shape.recipient,
  identity: hashField,
  wrap: secretWrapField,
});
export type Wrap = z.infer<typeof wrapField>;
const wraps = z.array(wrapField).check(z.maxLength(2 * MAX_MEMBERS + 1));

/** A revision on its way to the server. */
export const newRevisionField = z.strictObject({
  statement: statementField,
  wrapEpoch: z.int().check(z.minimum(1)),
  /** Absent for a deletion, as are metadata and content. */
  wrap: z.optional(secretBoxField),
  rewrap: z.optional(statementField),
  metadata: z.optional(bytesField(16, 1 << 20)),
  content: z.optional(bytesField(16, INLINE_CONTENT)),
  upload: z.optional(z.string().check(z.regex(/^[A-Za-z0-9_-]{16,64}$/))),
});
export type NewRevision = z.infer<typeof newRevisionField>;

/** A revision as it is listed. */
export const listedRevisionField = z.strictObject({
  index: countField,
  statement: statementField,
  wrapEpoch: z.int().check(z.minimum(1)),
  wrap: z.optional(secretBoxField),
  rewrap: z.optional(statementField),
  metadata: z.optional(z.string()),
});
export type ListedRevision = z.infer<typeof listedRevisionField>;

/** The lines of the table about spaces, what lies in them, and who reads it (spec/space.md, spec/share.md). */
export const spaceRoutes = {
  spaces: {
    method: "GET",
    path: "/v1/spaces",
    session: true,
    guest: true,
    answerMost: MAX_LIST,
    answer: z.strictObject({
      spaces: z.array(
        z.strictObject({
          space: spaceIdField,
          kind: z.enum(["record", "share"]),
          role: roleField,
          head: headField,
          closed: z.boolean(),
          until: z.optional(timeField),
          owner: accountIdField,
        }),
      ),
    }),
  },
  spaceCreate: {
    method: "POST",
    path: "/v1/spaces",
    session: true,
    most: 8 << 20,
    body: z.strictObject({ statement: statementField, wraps }),
    answer: z.strictObject({ head: headField }),
  },
  chainOfSpace: {
    method: "GET",
    path: "/v1/spaces/:space",
    session: true,
    guest: true,
    query: z.strictObject(page(1000)),
    answerMost: MAX_LIST,
    answer: z.strictObject({ statements: z.array(statementField), head: headField }),
  },
  spacePost: {
    method: "POST",
    path: "/v1/spaces/:space/statements",
    session: true,
    most: 8 << 20,
    body: z.strictObject({ statement: statementField, wraps }),
    answer: z.strictObject({ head: headField }),
  },
  wraps: {
    method: "GET",
    path: "/v1/spaces/:space/wraps",
    session: true,
    guest: true,
    query: z.strictObject({ epoch: queryNumber(1, Number.MAX_SAFE_INTEGER) }),
    answerMost: MAX_LIST,
    answer: z.strictObject({
      /** What the epoch's statement commits to. */
      list: z.array(wrapLeafField),
      /** What each `add` within the epoch commits to, in order of the chain. */
      additions: z.array(z.strictObject({ seq: countField, list: z.array(wrapLeafField) })),
      /** The wraps for whoever asks, the newest of each secret. */
      mine: z.array(wrapField),
    }),
  },
  revisions: {
    method: "GET",
    path: "/v1/spaces/:space/revisions",
    session: true,
    query: z.strictObject(page(1000)),
    answerMost: MAX_LIST,
    answer: z.strictObject({
      revisions: z.array(listedRevisionField),
      tree: treeField,
      head: headField,
      journal: statementField,
    }),
  },
  revisionsPost: {
    method: "POST",
    path: "/v1/spaces/:space/revisions",
    session: true,
    most: 48 << 20,
    body: z.strictObject({
      revisions: z.array(newRevisionField).check(z.minLength(1), z.maxLength(500)),
    }),
    answer: z.strictObject({
      first: countField,
      tree: treeField,
      receipts: z.array(statementField),
    }),
  },
  content: {
    method: "GET",
    path: "/v1/spaces/:space/revisions/:revision/content",
    session: true,
    guest: true,
  },
  digests: {
    method: "GET",
    path: "/v1/spaces/:space/revisions/:revision/digests",
    session: true,
    guest: true,
  },
  reads: {
    method: "POST",
    path: "/v1/reads",
    session: true,
    guest: true,
    body: z.strictObject({ read: statementField }),
    answer: z.strictObject({
      releases: z.array(hashField).check(z.maxLength(MAX_READ)),
      receipts: z.array(statementField),
    }),
  },
  /** Reads that asked nobody, told afterwards (spec/read.md, Declared reads). */
  readsDeclared: {
    method: "POST",
    path: "/v1/reads/declared",
    session: true,
    most: 8 << 20,
    body: z.strictObject({
      reads: z.array(statementField).check(z.minLength(1), z.maxLength(MAX_DECLARED)),
    }),
    answer: z.strictObject({ receipts: z.array(statementField) }),
  },
  shareCreate: {
    method: "POST",
    path: "/v1/shares",
    session: true,
    most: 8 << 20,
    body: z.strictObject({
      source: statementField,
      share: statementField,
      wraps,
      links: linkSetField,
      about: bytesField(48, 16_384),
    }),
    answer: z.strictObject({ source: headField, share: headField }),
  },
  share: {
    method: "GET",
    path: "/v1/shares/:share",
    session: true,
    guest: true,
    answerMost: MAX_LIST,
    answer: z.strictObject({
      statements: z.array(statementField),
      /** A list in the form of shares made before there were link sets. */
      links: z.union([linkSetField, z.array(linkField)]),
      /** The statements that a link set names, in its order; none where each link carries its own. */
      headers: z.array(statementField),
      about: z.string(),
      ended: z.boolean(),
    }),
  },
  shareMetadata: {
    method: "GET",
    path: "/v1/shares/:share/metadata",
    session: true,
    guest: true,
    answerMost: MAX_LIST,
    answer: z.strictObject({ metadata: z.array(z.string()) }),
  },
  shareEnd: {
    method: "POST",
    path: "/v1/shares/:share/end",
    session: true,
    body: z.strictObject({ unshare: statementField, close: z.optional(statementField) }),
    answer: z.strictObject({ source: headField, share: z.optional(headField) }),
  },
} as const;
