import { Trans, useLingui } from "@lingui/react/macro";
import type { Kit } from "../wire.ts";
import { QrCode } from "./qr-code.tsx";

/** The kit as it is printed: what it is for, the QR code, 24 words, and the same as text. */
export function KitSheet({ kit, name }: { readonly kit: Kit; readonly name: string }) {
  const { t } = useLingui();
  return (
    <section className="kit" aria-label={t`Kit`}>
      <div className="kit-top">
        <QrCode text={kit.text} label={t`The kit as a QR code`} />
        <div>
          <h2>
            <Trans>Écrin kit</Trans>
          </h2>
          <p>{name}</p>
          <p>
            <Trans>
              If you lose your devices, this sheet and your password give you your record back.
              Without it nobody can, not even the service.
            </Trans>
          </p>
        </div>
      </div>
      <ol className="kit-words" translate="no" aria-label={t`24 words`}>
        {kit.words.map((word, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a word may stand twice, its number does not.
          <li key={i}>{word}</li>
        ))}
      </ol>
      <dl className="facts">
        <dt>
          <Trans>The same as letters</Trans>
        </dt>
        <dd className="code" translate="no">
          {kit.text}
        </dd>
        <dt>
          <Trans>Record number</Trans>
        </dt>
        <dd className="code" translate="no">
          {kit.account}
        </dd>
      </dl>
      <p>
        <Trans>
          Keep it like a house key: not in the same place as your password, and never as a
          photograph.
        </Trans>
      </p>
    </section>
  );
}
