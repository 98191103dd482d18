import { Trans, useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { Entry, Ledger } from "../parts/ledger.tsx";
import { Page } from "../parts/page.tsx";
import { EyeSign, LockSign, WordSign } from "../parts/signs.tsx";

/** Every promise with the word that says how firmly it holds; no other page uses a stronger one. */
export function PromisesPage() {
  const { t } = useLingui();
  return (
    <Page
      title={t`What Écrin promises, and what it does not`}
      lead={
        <Trans>
          Three words say how firmly. Prevented: mathematics stands against it, whoever runs the
          service. Detected: it can happen, and somebody notices. Honest server only: it holds as
          long as the service does what it should.
        </Trans>
      }
    >
      <Ledger label={t`Promises`}>
        <Kept word="prevented">
          <Trans>Reading your documents, their names, kinds or exact sizes on the service.</Trans>
        </Kept>
        <Kept word="prevented">
          <Trans>Changing a document, or adding one in your name.</Trans>
        </Kept>
        <Kept word="prevented">
          <Trans>
            Opening what you add after an access has ended, even with everything the service holds.
          </Trans>
        </Kept>
        <Kept word="prevented">
          <Trans>
            Guessing your password from what the service stores: a second secret lies only on your
            devices.
          </Trans>
        </Kept>
        <Kept word="prevented">
          <Trans>
            Putting somebody in the place of a contact whose code you checked face to face.
          </Trans>
        </Kept>
        <Kept word="detected">
          <Trans>
            Setting your record, or the journal, back to an earlier day, as long as one of your
            devices remembers.
          </Trans>
        </Kept>
        <Kept word="detected">
          <Trans>Changing or leaving out a line of the journal that your device has seen.</Trans>
        </Kept>
        <Kept word="honest">
          <Trans>
            That an access you gave ends on its day, for the documents it was given for.
          </Trans>
        </Kept>
        <Kept word="honest">
          <Trans>
            That what somebody had fetched, but never opened, stays shut afterwards: the service
            withholds its half of each key.
          </Trans>
        </Kept>
        <Kept word="honest">
          <Trans>
            That an opening reaches the journal when the service and the reader act together.
          </Trans>
        </Kept>
        <Kept word="honest">
          <Trans>The three days of waiting before a kit alone opens your record.</Trans>
        </Kept>
        <Kept word="honest">
          <Trans>
            That this page is the true program, the first time you visit. It comes from the service,
            and nothing on your device can compare it yet.
          </Trans>
        </Kept>
      </Ledger>
      <section className="part">
        <h2>
          <Trans>What the service does learn</Trans>
        </h2>
        <p>
          <Trans>
            Which accounts share with each other, when, and about how much. With its own secret it
            can test whether a given e-mail address has an account.
          </Trans>
        </p>
        <h2>
          <Trans>What nobody can take back</Trans>
        </h2>
        <p>
          <Trans>
            What somebody has opened, they have seen. Écrin ends access; it does not end memory.
          </Trans>
        </p>
      </section>
    </Page>
  );
}

function Kept({
  word,
  children,
}: {
  readonly word: "prevented" | "detected" | "honest";
  readonly children: ReactNode;
}) {
  return (
    <Entry side={<Word word={word} />}>
      <p>{children}</p>
    </Entry>
  );
}

function Word({ word }: { readonly word: "prevented" | "detected" | "honest" }) {
  switch (word) {
    case "prevented":
      return (
        <span className="word">
          <LockSign />
          <Trans>Prevented</Trans>
        </span>
      );
    case "detected":
      return (
        <span className="word">
          <EyeSign />
          <Trans>Detected</Trans>
        </span>
      );
    case "honest":
      return (
        <span className="word">
          <WordSign />
          <Trans>Honest server only</Trans>
        </span>
      );
    default:
      return word satisfies never;
  }
}
