import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { Form } from "react-aria-components";
import { useAnswer, useDoing } from "../answers.ts";
import { useDraft } from "../drafts.ts";
import { ShareAside } from "../parts/aside.tsx";
import { Button } from "../parts/button.tsx";
import { Field } from "../parts/field.tsx";
import { Invitations } from "../parts/invitations.tsx";
import { Entry, Ledger } from "../parts/ledger.tsx";
import { Notice } from "../parts/notice.tsx";
import { Page } from "../parts/page.tsx";
import { Known } from "../parts/person-name.tsx";
import { Problem } from "../parts/problem.tsx";
import { QrCode } from "../parts/qr-code.tsx";
import { Awaited } from "../parts/waiting.tsx";
import { ask } from "../vault.ts";

/** Whom this account knows, and how one comes to know somebody. */
export function ContactsPage() {
  const { t } = useLingui();
  const contacts = useAnswer("contacts", undefined);
  return (
    <Page
      title={t`Contacts`}
      lead={
        <Trans>You share with people whose code you have seen, or whom you have invited.</Trans>
      }
    >
      <ShareAside />
      <Awaited of={contacts}>
        {(people) =>
          people.length === 0 ? (
            <p>
              <Trans>You have no contacts yet.</Trans>
            </p>
          ) : (
            <Ledger label={t`Your contacts`}>
              {people.map((person) => (
                <Entry key={person.account} side={<Known known={person.known} />}>
                  <h2 className="entry-title">{person.name}</h2>
                </Entry>
              ))}
            </Ledger>
          )
        }
      </Awaited>
      <CheckCode checked={contacts.again} />
      <MyCode />
      <Invitations accepted={contacts.again} />
    </Page>
  );
}

function CheckCode({ checked }: { readonly checked: () => void }) {
  const { t } = useLingui();
  const [code, setCode] = useDraft("contact code", "");
  const [name, setName] = useDraft("contact name", "");
  const [done, setDone] = useState("");
  const doing = useDoing();
  return (
    <section className="part">
      <h2>
        <Trans>Check somebody’s code</Trans>
      </h2>
      <p>
        <Trans>
          Face to face, copy the code that the other person shows you. From then on nobody can be
          put in their place unnoticed, not even by the service.
        </Trans>
      </p>
      <Form
        validationBehavior="aria"
        className="form"
        onSubmit={async (event) => {
          event.preventDefault();
          setDone("");
          const isGood = await doing.run(async () => {
            await ask("verify", { code: code.trim(), name: name.trim() });
          });
          if (!isGood) return;
          setDone(name.trim());
          setCode("");
          setName("");
          checked();
        }}
      >
        <Field
          label={t`Their code`}
          hint={
            <Trans>It stands on their page Contacts, and begins with “ecrin-1:contact:”.</Trans>
          }
          value={code}
          onChange={setCode}
          exact={true}
          lines={3}
        />
        <Field
          label={t`What do you call them?`}
          hint={<Trans>Only you see this name.</Trans>}
          value={name}
          onChange={setName}
          autoComplete="off"
          maxLength={120}
        />
        <Problem error={doing.error} />
        {done === "" ? null : (
          <Notice tone="done">
            <p>
              <Trans>{done} is now a contact whose code you have checked.</Trans>
            </p>
          </Notice>
        )}
        <Button
          type="submit"
          tone="first"
          busy={doing.busy}
          isDisabled={code.trim() === "" || name.trim() === ""}
        >
          <Trans>Check and keep</Trans>
        </Button>
      </Form>
    </section>
  );
}

function MyCode() {
  const { t } = useLingui();
  const code = useAnswer("code", undefined);
  return (
    <section className="part">
      <h2>
        <Trans>My code</Trans>
      </h2>
      <p>
        <Trans>
          Show it to whoever wants to share with you. It opens nothing and is no secret.
        </Trans>
      </p>
      <Awaited of={code}>
        {(text) => (
          <>
            <QrCode text={text} label={t`My contact code as a QR code`} />
            <p className="code" translate="no" data-code={text}>
              {text}
            </p>
            <div className="row">
              <CopyButton text={text} />
            </div>
          </>
        )}
      </Awaited>
    </section>
  );
}

function CopyButton({ text }: { readonly text: string }) {
  const [copied, setCopied] = useState(false);
  return (
    <>
      <Button
        onPress={async () => {
          await navigator.clipboard.writeText(text);
          setCopied(true);
        }}
      >
        <Trans>Copy it as text</Trans>
      </Button>
      <span role="status">{copied ? <Trans>Copied.</Trans> : null}</span>
    </>
  );
}
