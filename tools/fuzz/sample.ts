// One right value for a schema of the route table, with every optional member there: the original
// that changed bodies start from. Forms are named here by hand; a form nobody named is an error.

import {
  accountIdField,
  approvalIdField,
  deviceIdField,
  hashField,
  invitationIdField,
  itemIdField,
  revisionIdField,
  sealingKeyField,
  secretWrapField,
  signatureField,
  signInIdField,
  signingKeyField,
  slotIdField,
  spaceIdField,
  statementField,
  timeField,
} from "@ecrin/protocol";
import * as z from "zod/mini";
import type { Tree } from "./mutate-json.ts";
import { BEGIN, boxOf, hashNamed, idOf } from "./world.ts";

/** The parts of a schema that are looked at. */
interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.ZodMiniType>>;
  readonly element?: z.ZodMiniType;
  readonly innerType?: z.ZodMiniType;
  readonly options?: readonly z.ZodMiniType[];
  readonly entries?: Readonly<Record<string, string>>;
  readonly values?: readonly Tree[];
  readonly in?: z.ZodMiniType;
}

/** 48 characters: as long as no field of a fixed length. */
const OPAQUE = "QWxsIHRoYXQgaXMgZ29sZCBkb2VzIG5vdCBnbGl0dGVyLCBu";

/** Texts to try, in this order, where a schema says only what it checks. */
function texts(statement: string): string[] {
  return [
    "x",
    "upload",
    "481204377",
    "402913",
    "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "K7QM2XHD",
    OPAQUE,
    boxOf("keyring", 90),
    boxOf("nonce", 32),
    boxOf("box", 80),
    // A name of a handshake may be longer, in steps of its padding: not the one length of a wrap.
    boxOf("handshake name", 1648),
    boxOf("wrap", 1168),
    boxOf("deposit wrap", 1200),
    boxOf("address", 1392),
    boxOf("note", 200),
    statement,
    idOf("any"),
    hashNamed("any"),
  ];
}

/** Makes samples; a statement stands wherever one is asked for. */
export function sampler(statement: string): (schema: z.ZodMiniType) => Tree {
  const known = new Map<z.ZodMiniType, Tree>([
    [accountIdField, idOf("alice")],
    [deviceIdField, idOf("device alice")],
    [spaceIdField, idOf("record")],
    [itemIdField, idOf("item")],
    [revisionIdField, idOf("revision 1")],
    [slotIdField, idOf("slot")],
    [invitationIdField, idOf("invitation")],
    [signInIdField, idOf("sign-in")],
    [approvalIdField, idOf("approval")],
    [hashField, hashNamed("hash")],
    [signingKeyField, hashNamed("key")],
    [sealingKeyField, boxOf("sealing key", 1216)],
    [secretWrapField, boxOf("wrap", 1168)],
    [signatureField, boxOf("signature", 64)],
    [statementField, statement],
    [timeField, BEGIN],
  ]);
  const candidates: Tree[] = [...texts(statement), 1, 0, 65_536, true];

  function sample(schema: z.ZodMiniType): Tree {
    const value = known.get(schema) ?? ofDefinition(schema);
    if (z.safeParse(schema, value).success) return value;
    const found = candidates.find((each) => z.safeParse(schema, each).success);
    if (found === undefined) throw new RangeError(`no sample for a ${schema.def.type}`);
    return found;
  }

  function ofDefinition(schema: z.ZodMiniType): Tree {
    const {
      type,
      shape,
      element,
      innerType,
      options,
      entries,
      values,
      in: from,
    }: Definition = schema.def;
    if (type === "object" && shape !== undefined) {
      return Object.fromEntries(
        Object.entries(shape).map(([name, member]) => [name, sample(member)]),
      );
    }
    if (type === "array" && element !== undefined) {
      const pair = [sample(element), sample(element)];
      return z.safeParse(schema, pair).success ? pair : [...pair, sample(element)];
    }
    if (innerType !== undefined) return sample(innerType);
    if (type === "pipe" && from !== undefined) return sample(from);
    if (type === "union" && options?.[0] !== undefined) return sample(options[0]);
    if (type === "enum" && entries !== undefined) return Object.values(entries)[0] ?? "";
    if (type === "literal" && values?.[0] !== undefined) return values[0];
    return candidates.find((each) => z.safeParse(schema, each).success) ?? null;
  }

  return sample;
}

/** Members of a schema, at any depth, that may be absent. */
export function optionalMembers(schema: z.ZodMiniType): Set<string> {
  const names = new Set<string>();
  const visit = (at: z.ZodMiniType) => {
    const { shape, element, innerType, options }: Definition = at.def;
    for (const [name, member] of Object.entries(shape ?? {})) {
      if (member.def.type === "optional" || member.def.type === "default") names.add(name);
      visit(member);
    }
    for (const each of [element, innerType, ...(options ?? [])])
      if (each !== undefined) visit(each);
  };
  visit(schema);
  return names;
}
