import {
  type Account,
  bytesOf,
  type Kit,
  memoryStore,
  type RawStore,
  signIn,
  signInWithKit,
  signUp,
} from "@ecrin/client";
import type { Canaries } from "./needles.ts";

const DAY = 24 * 3600 * 1000;
const encode = (text: string) => new TextEncoder().encode(text);

/** Everything that people of this journey wrote, said or hold, and that nobody else may see. */
export const WRITTEN = {
  "name of the patient": "Solène Vauquelin-Canari",
  "name of the doctor": "Dr Maël Quiberon-Canari",
  "the doctor, as she calls him": "mon cardiologue Quiberon",
  "the patient, as he calls her": "patiente Vauquelin 12e",
  "address of the patient": "solene.canari-6617@example.org",
  "address of the doctor": "mael.canari-3308@example.org",
  "address of nobody": "personne.canari-9042@example.org",
  "password of the patient": "ambre-velours-7731-canari",
  "password of the patient, changed": "granit-lilas-2290-canari",
  "password of the doctor": "tilleul-noroit-5582-canari",
  "name of her device": "téléphone de Solène-canari",
  "title of a document": "Sérologie Lyme du 12 mars",
  "name of a file": "serologie_lyme_canari.pdf",
  "content of a small document": "Western blot positif, bandes p41 et p100",
  "content of a large document": "Compte rendu d'IRM médullaire canari 8874",
  "corrected content": "Western blot négatif après relecture canari",
  "text of a diagnosis": "Borréliose de Lyme disséminée",
  "code of a diagnosis": "A69.2-canari-icd10",
  "note of a clinician": "patiente asthénique, à revoir sous quinzaine",
  "note beside a share": "Voici mes résultats, merci de me rappeler",
  "title of another application's bytes": "Messagerie interne, fil 4471",
  "another application's bytes": "bonjour docteur, message canari 1187",
  "what was sealed after the end": "suite du traitement canari 6063",
} as const satisfies Canaries;

const LARGE = 300_000;

/**
 * Two people and everything they can do with each other, through this network.
 * @returns what they held besides: kits, and the key of the record
 */
export async function everything(
  server: string,
  fetch: typeof globalThis.fetch,
): Promise<{ readonly held: Canaries; readonly openings: number }> {
  const { account: patient, kit, store } = await someone(server, fetch, "patient");
  const { account: doctor, kit: hisKit } = await someone(server, fetch, "doctor");
  await meet(patient, doctor);

  const record = await patient.record();
  const large = encode(WRITTEN["content of a large document"].repeat(1 + LARGE / 40));
  const small = await record.add(
    document(WRITTEN["title of a document"], WRITTEN["content of a small document"]),
  );
  const image = await record.add({
    title: WRITTEN["name of a file"],
    mediaType: "application/pdf",
    content: large,
  });
  const [condition] = await record.importBundle(bundle());
  const sealed = await record.seal(encode(WRITTEN["another application's bytes"]), {
    title: WRITTEN["title of another application's bytes"],
    type: "message",
  });
  await record.correct(small, document("Sérologie, relue", WRITTEN["corrected content"]));
  await record.openSealed(sealed.revision, sealed.ciphertext);

  const until = Date.now() + DAY;
  const note = WRITTEN["note beside a share"];
  const items = [small, image, ...(condition === undefined ? [] : [condition])];
  const share = await record.share({ with: doctor.id, items, until, note });
  const [received] = await doctor.sharedWithMe();
  if (received === undefined) throw new Error("the share did not arrive");
  for (const { fact } of received.items) await bytesOf(await received.open(fact.revision));
  await record.endShare(share);

  await record.addMember(doctor.id, { role: "reader", until });
  const his = await doctor.recordOf(record.space);
  await his.list();
  await bytesOf(await his.open(image, "care"));
  await record.endMember(doctor.id);
  await record.add(document("Après", WRITTEN["what was sealed after the end"]));
  if (condition !== undefined) await record.delete(condition);
  const lines = await record.journal();
  const key = await record.view.secret("space", 1);

  const newKit = await afterwards(server, fetch, { patient, store });
  return {
    held: {
      ...kitCanaries("first", kit),
      ...kitCanaries("second", newKit),
      ...kitCanaries("his", hisKit),
      "key of the record": key,
    },
    openings: lines.filter(({ kind }) => kind === "opening").length,
  };
}

async function someone(
  server: string,
  fetch: typeof globalThis.fetch,
  who: "patient" | "doctor",
): Promise<{ account: Account; kit: Kit; store: RawStore }> {
  const store = memoryStore();
  const { account, kit } = await signUp({
    server,
    fetch,
    store,
    address: WRITTEN[`address of the ${who}`],
    password: WRITTEN[`password of the ${who}`],
    name: WRITTEN[`name of the ${who}`],
    deviceName: WRITTEN["name of her device"],
  });
  return { account, kit, store };
}

/** She invites him by address, and somebody who has none here; then they compare codes. */
async function meet(patient: Account, doctor: Account): Promise<void> {
  const [hers, his] = [patient.contacts(), doctor.contacts()];
  const invitation = await hers.invite(
    WRITTEN["address of the doctor"],
    WRITTEN["the doctor, as she calls him"],
  );
  await hers.invite(WRITTEN["address of nobody"], "quelqu'un");
  await his.accept(invitation, WRITTEN["the patient, as he calls her"]);
  await hers.invitations();
  await hers.verify(await his.code(), WRITTEN["the doctor, as she calls him"]);
}

/** She locks, mistypes, comes back, takes a second device, changes password and kit. */
async function afterwards(
  server: string,
  fetch: typeof globalThis.fetch,
  { patient, store }: { readonly patient: Account; readonly store: RawStore },
): Promise<Kit> {
  const password = WRITTEN["password of the patient"];
  const changed = WRITTEN["password of the patient, changed"];
  await patient.lock();
  const wrong = signIn({ server, fetch, store, password: changed });
  await wrong.then(
    () => Promise.reject(new Error("a wrong password opened the account")),
    () => undefined,
  );
  const back = await signIn({ server, fetch, store, password });
  await back.changePassword(password, changed);
  const kit = await back.newKit();
  const second = await signInWithKit({
    server,
    fetch,
    kit: kit.words("fr").join(" "),
    address: WRITTEN["address of the patient"],
    password: changed,
    store: memoryStore(),
  });
  await (await second.record()).list();
  await second.lock();
  await back.lock();
  return kit;
}

function document(title: string, content: string) {
  return { title, mediaType: "text/plain", content: encode(content) };
}

/** A kit in every form in which it is shown or typed. */
function kitCanaries(whose: string, kit: Kit): Canaries {
  const text = kit.text().slice(kit.text().lastIndexOf(":") + 1);
  return {
    [`code of the ${whose} kit`]: kit.code,
    [`text of the ${whose} kit`]: text,
    [`text of the ${whose} kit, unbroken`]: text.replace(/[^0-9A-Z]/gi, ""),
    [`French words of the ${whose} kit`]: kit.words("fr").slice(0, 3).join(" "),
    [`English words of the ${whose} kit`]: kit.words("en").slice(0, 3).join(" "),
  };
}

function bundle() {
  return {
    resourceType: "Bundle",
    type: "transaction",
    entry: [
      {
        resource: {
          resourceType: "Condition",
          code: {
            text: WRITTEN["text of a diagnosis"],
            coding: [
              {
                system: "http://hl7.org/fhir/sid/icd-10",
                code: WRITTEN["code of a diagnosis"],
                display: WRITTEN["text of a diagnosis"],
              },
            ],
          },
          note: [{ text: WRITTEN["note of a clinician"] }],
        },
      },
    ],
  };
}
