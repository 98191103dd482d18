// Who may do what in a record, once more: a table and a few lines, written from spec/space.md and
// not from the reducer, for the two to be compared on statements made at random.

export const ROLES = ["reader", "writer", "manager", "owner"] as const;
export type ModelRole = (typeof ROLES)[number];

export interface ModelMember {
  readonly role: ModelRole;
  readonly offline: boolean;
  readonly until?: number;
  /** Account head at which it is received; two heads in a row share an identity. */
  readonly head: number;
}

export interface Model {
  members: Map<string, ModelMember>;
  pins: Map<string, number>;
  /** Share to maker; an ended one is kept with `ended`. */
  shares: Map<string, { maker: string; ended: boolean }>;
  epoch: number;
  /** Newest date of a statement, in hours. */
  at: number;
}

export type Command = { readonly by: string; readonly head: number; readonly at: number } & (
  | { readonly op: "add"; readonly account: string; readonly member: ModelMember }
  | {
      readonly op: "epoch";
      readonly ended: readonly string[];
      readonly changed: readonly (readonly [string, ModelMember])[];
      readonly pins: readonly (readonly [string, number])[];
    }
  | { readonly op: "share"; readonly share: string }
  | { readonly op: "unshare"; readonly share: string }
);

/** Whom each role decides about: the table of spec/space.md, "manage members". */
const DECIDES: Record<ModelRole, readonly ModelRole[]> = {
  owner: ["reader", "writer", "manager", "owner"],
  manager: ["reader", "writer"],
  writer: [],
  reader: [],
};

export const identityAt = (head: number) => Math.floor(head / 2);
const over = (member: ModelMember, at: number) => member.until !== undefined && at >= member.until;
const lower = (a: ModelRole, b: ModelRole) => ROLES.indexOf(a) < ROLES.indexOf(b);
const hasLastingOwner = (members: ReadonlyMap<string, ModelMember>) =>
  [...members.values()].some((each) => each.role === "owner" && each.until === undefined);

/** The model after a command, or undefined where the command is not allowed. */
export function obey(before: Model, command: Command): Model | undefined {
  const actor = before.members.get(command.by);
  if (actor === undefined || over(actor, command.at)) return undefined;
  if (command.head < (before.pins.get(command.by) ?? 0)) return undefined;
  if (command.at < before.at - 24) return undefined;
  const model: Model = {
    members: new Map(before.members),
    pins: new Map(before.pins),
    shares: new Map(before.shares),
    epoch: before.epoch,
    at: Math.max(before.at, command.at),
  };
  const allowed = apply(model, actor, command);
  return allowed && hasLastingOwner(model.members) ? model : undefined;
}

function apply(model: Model, actor: ModelMember, command: Command): boolean {
  const decides = (role: ModelRole) => DECIDES[actor.role].includes(role);
  const manages = DECIDES[actor.role].length > 0;
  switch (command.op) {
    case "add": {
      const known = model.members.get(command.account);
      if (!decides(command.member.role)) return false;
      if (known !== undefined) {
        if (!decides(known.role) || lower(command.member.role, known.role)) return false;
        if (known.offline && !command.member.offline) return false;
        if (identityAt(known.head) !== identityAt(command.member.head)) return false;
      }
      return receive(model, command.account, command.member);
    }
    case "epoch":
      return actor.role !== "reader" && turn(model, decides, command);
    case "share":
      if (!manages || model.shares.has(command.share)) return false;
      model.shares.set(command.share, { maker: command.by, ended: false });
      return true;
    case "unshare": {
      const share = model.shares.get(command.share);
      if (!manages || share === undefined || share.ended) return false;
      model.shares.set(command.share, { ...share, ended: true });
      return true;
    }
  }
}

function turn(
  model: Model,
  decides: (role: ModelRole) => boolean,
  command: Command & { op: "epoch" },
): boolean {
  const named = [...command.ended, ...command.changed.map(([account]) => account)];
  if (new Set(named).size !== named.length) return false;
  for (const account of command.ended) {
    const known = model.members.get(account);
    if (known === undefined || !(over(known, command.at) || decides(known.role))) return false;
    model.members.delete(account);
    for (const [id, share] of model.shares)
      if (share.maker === account) model.shares.set(id, { ...share, ended: true });
  }
  const pinsBefore = new Map(model.pins);
  for (const [account, after] of command.changed) {
    const known = model.members.get(account);
    if (known === undefined) return false;
    const same =
      known.role === after.role && known.offline === after.offline && known.until === after.until;
    if (!same && !decides(known.role)) return false;
    if (lower(known.role, after.role) || (after.offline && !known.offline)) return false;
    if (known.until !== undefined && (after.until === undefined || after.until > known.until))
      return false;
    if (!receive(model, account, after)) return false;
  }
  for (const [account, head] of command.pins) {
    if (!model.members.has(account) || head < (pinsBefore.get(account) ?? 0)) return false;
    model.pins.set(account, Math.max(head, model.pins.get(account) ?? 0));
  }
  model.epoch += 1;
  return true;
}

/** Takes a member in at a head that is not behind what was pinned, unless it is the head it stood at. */
function receive(model: Model, account: string, member: ModelMember): boolean {
  const pin = model.pins.get(account) ?? 0;
  if (member.head !== model.members.get(account)?.head && member.head < pin) return false;
  model.members.set(account, member);
  model.pins.set(account, Math.max(pin, member.head));
  return true;
}
