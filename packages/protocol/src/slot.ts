import * as z from "zod/mini";
import { slotKindField } from "./account.ts";
import {
  hashField,
  identityField,
  sealingKeyField,
  secretWrapField,
  slotIdField,
} from "./fields.ts";

/** A slot as the server keeps it (spec/keys.md, Slots). */
export const slotField = z.strictObject({
  slot: slotIdField,
  kind: slotKindField,
  key: sealingKeyField,
  wrap: secretWrapField,
  mac: hashField,
  identity: identityField,
});
export type Slot = z.infer<typeof slotField>;
