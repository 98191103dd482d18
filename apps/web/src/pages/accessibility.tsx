import { Trans, useLingui } from "@lingui/react/macro";
import { Page } from "../parts/page.tsx";

/** How far everybody can use this page: what is checked, how, and what nobody has checked yet. */
export function AccessibilityPage() {
  const { t } = useLingui();
  return (
    <Page
      title={t`Accessibility`}
      lead={
        <Trans>
          Everybody should be able to use Écrin. We aim at level AAA of the guidelines WCAG 2.2. No
          body from outside has confirmed it.
        </Trans>
      }
    >
      <section className="part">
        <h2>
          <Trans>Checked by a program each time Écrin changes</Trans>
        </h2>
        <ul className="bullets">
          <li>
            <Trans>Text stands out from its background by 7 to 1 or more, in every theme.</Trans>
          </li>
          <li>
            <Trans>Whatever you press is at least 44 pixels wide and high.</Trans>
          </li>
          <li>
            <Trans>The keyboard alone does everything, and you see where it is.</Trans>
          </li>
          <li>
            <Trans>
              Nothing is cut off on a narrow screen, with text twice as large, or with wider
              spacing.
            </Trans>
          </li>
          <li>
            <Trans>Nothing moves if your device asks for calm, and nothing ever blinks.</Trans>
          </li>
          <li>
            <Trans>Headings, labels, languages and messages are marked for screen readers.</Trans>
          </li>
          <li>
            <Trans>
              Whatever you send can be checked first, taken back, or is asked about once more.
            </Trans>
          </li>
          <li>
            <Trans>No page sets you a time limit.</Trans>
          </li>
          <li>
            <Trans>If your session ends, what you had begun to write waits for you.</Trans>
          </li>
          <li>
            <Trans>Sentences stay short enough to be read by most people.</Trans>
          </li>
        </ul>
      </section>
      <section className="part">
        <h2>
          <Trans>What a program cannot check</Trans>
        </h2>
        <ul className="bullets">
          <li>
            <Trans>Whether a text says the right thing, in words that people know.</Trans>
          </li>
          <li>
            <Trans>
              Whether it works well with each screen reader, magnifier or voice control. So far
              people have not tried them all.
            </Trans>
          </li>
          <li>
            <Trans>
              What others put into their documents: a scanned letter is a picture, and a screen
              reader finds no words in it. Ask whoever sent it for a text.
            </Trans>
          </li>
          <li>
            <Trans>How a word is spoken where its sound changes its meaning.</Trans>
          </li>
        </ul>
      </section>
      <section className="part">
        <h2>
          <Trans>If something stands in your way</Trans>
        </h2>
        <p>
          <Trans>
            Tell whoever runs this service. If they do not answer, the authority of your country
            does: in France, the Défenseur des droits.
          </Trans>
        </p>
      </section>
    </Page>
  );
}
