import { Trans, useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { Page } from "../parts/page.tsx";
import { TourStart } from "../parts/tour-start.tsx";

/** Answers to what people ask, and the few words that have a meaning of their own here. */
export function HelpPage() {
  const { t } = useLingui();
  return (
    <Page
      title={t`Help and words explained`}
      lead={<Trans>Short answers, and what a few words mean here.</Trans>}
    >
      <section className="part">
        <h2>
          <Trans>A tour</Trans>
        </h2>
        <TourStart />
      </section>
      <section className="part">
        <h2>
          <Trans>Questions</Trans>
        </h2>
        <Question asked={<Trans>I have lost my phone</Trans>}>
          <Trans>
            Open your record on another device with your kit and your password. Then, under
            Settings, sign out the phone that is lost.
          </Trans>
        </Question>
        <Question asked={<Trans>I have forgotten my password</Trans>}>
          <Trans>
            Take your kit. Choose “I have one: open it here with my kit”, then “No”. You set a new
            password, and wait three days. All your devices are warned meanwhile.
          </Trans>
        </Question>
        <Question asked={<Trans>I have lost my kit</Trans>}>
          <Trans>
            As long as one device still opens your record, make a new kit under Settings. The old
            sheet then opens nothing.
          </Trans>
        </Question>
        <Question asked={<Trans>I have lost everything at once</Trans>}>
          <Trans>
            Then nobody can open your record, not even the people who run the service. That is the
            price of a record that only you can open. Keep the kit in a safe place.
          </Trans>
        </Question>
        <Question asked={<Trans>It says that lines of the journal are lost</Trans>}>
          <Trans>
            The service lost part of what it keeps, and has to say so. Read what is undone, and ask
            the operator why. Then go on with what is left, and look who has access.
          </Trans>
        </Question>
        <Question asked={<Trans>How do I show a result to my doctor?</Trans>}>
          <Trans>
            Check the doctor’s code when you meet: page Contacts. Then choose Share, pick the
            documents and say until when.
          </Trans>
        </Question>
        <Question asked={<Trans>How do I stop somebody from reading?</Trans>}>
          <Trans>
            Open the page Who can see what and press End this access. What they have already opened
            they have seen.
          </Trans>
        </Question>
        <Question asked={<Trans>Is this page able to judge my results?</Trans>}>
          <Trans>
            No. It shows what others wrote, as they wrote it. It gives no advice and draws no
            conclusions. Ask the person who treats you.
          </Trans>
        </Question>
      </section>
      <section className="part">
        <h2 id="words">
          <Trans>Words</Trans>
        </h2>
        <dl className="glossary">
          <Word said={<Trans>record</Trans>}>
            <Trans>Everything you keep here: documents, results, notes.</Trans>
          </Word>
          <Word said={<Trans>kit</Trans>}>
            <Trans>A printed sheet with 24 words. With it you come back on a new device.</Trans>
          </Word>
          <Word said={<Trans>sealed</Trans>}>
            <Trans>Made unreadable on your device, for everybody who lacks the key.</Trans>
          </Word>
          <Word said={<Trans>key</Trans>}>
            <Trans>
              A very long number that opens what is sealed. Your devices make it and keep it.
            </Trans>
          </Word>
          <Word said={<Trans>code</Trans>}>
            <Trans>
              A person’s mark. Whoever has seen it on the person’s own screen knows that nobody
              stands in their place. It opens nothing.
            </Trans>
          </Word>
          <Word said={<Trans>share</Trans>}>
            <Trans>Some documents that one person may open until a day you choose.</Trans>
          </Word>
          <Word said={<Trans>journal</Trans>}>
            <Trans>The list of who did what with your record, and when.</Trans>
          </Word>
          <Word said={<Trans>signed</Trans>}>
            <Trans>
              Marked by a device in a way that no other device can copy, and that anybody can check.
            </Trans>
          </Word>
          <Word said={<Trans>service</Trans>}>
            <Trans>The computers that keep your sealed record, and the people who run them.</Trans>
          </Word>
          <Word said={<Trans>operator</Trans>}>
            <Trans>Whoever runs the service. Turn to them when this page does not help.</Trans>
          </Word>
          <Word said={<Trans>log</Trans>}>
            <Trans>
              All journals as one list that only grows. Nobody reads others’ lines in it, and nobody
              takes one out unseen.
            </Trans>
          </Word>
          <Word said={<Trans>witness</Trans>}>
            <Trans>
              Somebody outside the service who notes how the log stands, and signs only what goes on
              from there. You choose under Settings on whom you count.
            </Trans>
          </Word>
          <Word said={<Trans>anchor</Trans>}>
            <Trans>
              The word of somebody outside that the log stood like this on a day. An authority gives
              a time stamp, or a Bitcoin block holds it.
            </Trans>
          </Word>
          <Word said="HMAC">
            <Trans>
              A mark on a text that only the holder of a key can make, and make again to see that
              the text is the same. The four letters are short for its technical name.
            </Trans>
          </Word>
          <Word said="FHIR">
            <Trans>
              A common form in which hospitals and laboratories pass on health data: Fast Healthcare
              Interoperability Resources.
            </Trans>
          </Word>
          <Word said="PDF">
            <Trans>A file that looks like a printed page: Portable Document Format.</Trans>
          </Word>
          <Word said="WCAG">
            <Trans>
              Rules for pages that everybody can use: Web Content Accessibility Guidelines. AAA is
              the highest of their three levels.
            </Trans>
          </Word>
          <Word said="QR">
            <Trans>A square of dots that a camera reads: Quick Response.</Trans>
          </Word>
        </dl>
      </section>
    </Page>
  );
}

function Question({
  asked,
  children,
}: {
  readonly asked: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <details>
      <summary>{asked}</summary>
      <p>{children}</p>
    </details>
  );
}

function Word({ said, children }: { readonly said: ReactNode; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{said}</dt>
      <dd>{children}</dd>
    </div>
  );
}
