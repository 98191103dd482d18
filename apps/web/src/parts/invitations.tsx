import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { Form } from "react-aria-components";
import { useAnswer, useDoing } from "../answers.ts";
import { useDraft } from "../drafts.ts";
import { ask } from "../vault.ts";
import { Button } from "./button.tsx";
import { Field } from "./field.tsx";
import { Entry, Ledger } from "./ledger.tsx";
import { Moment } from "./moment.tsx";
import { Notice } from "./notice.tsx";
import { Problem } from "./problem.tsx";
import { Awaited } from "./waiting.tsx";

/** Invitations made, and those that wait for an answer. */
export function Invitations({ accepted }: { readonly accepted: () => void }) {
  const { t } = useLingui();
  const invitations = useAnswer("invitations", undefined);
  return (
    <section className="part">
      <h2>
        <Trans>Invitations</Trans>
      </h2>
      <Awaited of={invitations}>
        {({ received, sent }) => (
          <>
            {received.length === 0 ? null : (
              <Ledger label={t`Invitations you received`}>
                {received.map(({ invitation, at }) => (
                  <Entry key={invitation} side={<Moment at={at} />}>
                    <Accept
                      invitation={invitation}
                      done={() => {
                        invitations.again();
                        accepted();
                      }}
                    />
                  </Entry>
                ))}
              </Ledger>
            )}
            {sent.length === 0 ? null : (
              <Ledger label={t`Invitations you made`}>
                {sent.map(({ invitation, at, state, name }) => (
                  <Entry key={invitation} side={<Moment at={at} />}>
                    <p>
                      <SentState state={state} name={name} />
                    </p>
                  </Entry>
                ))}
              </Ledger>
            )}
          </>
        )}
      </Awaited>
      <Invite done={invitations.again} />
    </section>
  );
}

function SentState({
  state,
  name,
}: {
  readonly state: "waiting" | "accepted" | "refused";
  readonly name: string;
}) {
  switch (state) {
    case "waiting":
      return <Trans>Invited, no answer yet.</Trans>;
    case "accepted":
      return <Trans>{name} has accepted.</Trans>;
    case "refused":
      return <Trans>Somebody answered, but the answer does not hold. It was set aside.</Trans>;
    default:
      return state satisfies never;
  }
}

function Accept({ invitation, done }: { readonly invitation: string; readonly done: () => void }) {
  const { t } = useLingui();
  const [name, setName] = useDraft(`name for ${invitation}`, "");
  const doing = useDoing();
  return (
    <Form
      validationBehavior="aria"
      className="form"
      onSubmit={async (event) => {
        event.preventDefault();
        const isGood = await doing.run(async () => {
          await ask("accept", { invitation, name: name.trim() });
        });
        if (isGood) done();
      }}
    >
      <p>
        <Trans>
          Somebody invites you. Accept only if you expected it, and check their code when you meet.
        </Trans>
      </p>
      <Field
        label={t`Who invites you?`}
        hint={<Trans>The name you give them in your contacts. They will learn yours.</Trans>}
        value={name}
        onChange={setName}
        autoComplete="off"
        maxLength={120}
      />
      <Problem error={doing.error} />
      <Button type="submit" busy={doing.busy} isDisabled={name.trim() === ""}>
        <Trans>Accept</Trans>
      </Button>
    </Form>
  );
}

function Invite({ done }: { readonly done: () => void }) {
  const { t } = useLingui();
  const [address, setAddress] = useDraft("invitation address", "");
  const [name, setName] = useDraft("invitation name", "");
  const [invited, setInvited] = useState(false);
  const doing = useDoing();
  const isComplete = /^[^\s@]+@[^\s@]+$/.test(address.trim()) && name.trim() !== "";
  return (
    <Form
      validationBehavior="aria"
      className="form"
      onSubmit={async (event) => {
        event.preventDefault();
        setInvited(false);
        const isGood = await doing.run(async () => {
          await ask("invite", { address: address.trim(), name: name.trim() });
        });
        if (!isGood) return;
        setInvited(true);
        setAddress("");
        setName("");
        done();
      }}
    >
      <h3>
        <Trans>Invite by e-mail address</Trans>
      </h3>
      <p>
        <Trans>
          For people who are far away. It keeps strangers out, but a dishonest service could answer
          in their place: check the code when you meet.
        </Trans>
      </p>
      <Field
        label={t`Their e-mail address`}
        hint={<Trans>The one they gave Écrin.</Trans>}
        type="email"
        value={address}
        onChange={setAddress}
        autoComplete="off"
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
      {invited ? (
        <Notice tone="done">
          <p>
            <Trans>
              Invited. Whether anybody has this address, the service does not say. They find the
              invitation when they next open Écrin.
            </Trans>
          </p>
        </Notice>
      ) : null}
      <Button type="submit" busy={doing.busy} isDisabled={!isComplete}>
        <Trans>Invite</Trans>
      </Button>
    </Form>
  );
}
