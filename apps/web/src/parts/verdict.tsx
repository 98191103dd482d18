import { Plural, Trans, useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import type {
  AnchorTold,
  ExportHolds,
  ExportRefused,
  ExportVerdict,
  LostTold,
} from "../wire-export.ts";
import { momentInWords } from "../words.ts";
import { Left } from "./left.tsx";
import { Notice } from "./notice.tsx";
import { ReasonWords } from "./reason-words.tsx";

/** What a copy of a journal proves, what could not be checked, or the first thing that is wrong. */
export function Verdict({ verdict }: { readonly verdict: ExportVerdict }) {
  return verdict.holds ? <Holds said={verdict} /> : <Refused said={verdict} />;
}

function Refused({ said }: { readonly said: ExportRefused }) {
  return (
    <>
      <Notice tone="alarm">
        <p>
          {said.inEarlier ? (
            <Trans>
              The earlier copy that you gave does not hold, so nothing can be compared with it.
            </Trans>
          ) : (
            <Trans>This copy does not hold. Rely on nothing in it.</Trans>
          )}
        </p>
        <p>
          {said.place === "" ? (
            <Trans>The first thing that is wrong is in {said.file}.</Trans>
          ) : (
            <Trans>
              The first thing that is wrong is in {said.file}, at {said.place}.
            </Trans>
          )}
        </p>
        <p>
          <ReasonWords reason={said.reason} named={said.named} />
        </p>
      </Notice>
      <p>
        <Trans>
          A copy that was damaged on its way looks the same as one that was changed. Take it again
          and compare.
        </Trans>
      </p>
      <details>
        <summary>
          <Trans>The verifier’s own words</Trans>
        </summary>
        <p className="code" lang="en">
          {said.said}
        </p>
      </details>
    </>
  );
}

function Holds({ said }: { readonly said: ExportHolds }) {
  return (
    <>
      <Notice tone="done">
        <p>
          <Trans>This copy holds, from its first byte to its last.</Trans>
        </p>
        <p>
          <Trans>
            This page checked it on your device. Nothing of it was sent anywhere, and nothing was
            fetched.
          </Trans>
        </p>
      </Notice>
      {said.demonstration ? (
        <Notice tone="care">
          <p>
            <Trans>
              Its anchors are a demonstration. They were made on the service’s own machine and prove
              nothing.
            </Trans>
          </p>
        </Notice>
      ) : null}
      <Lost said={said} />
      <section className="part">
        <h3>
          <Trans>What was checked</Trans>
        </h3>
        <Checked said={said} />
      </section>
      <section className="part">
        <h3>
          <Trans>What was not, and what you can compare yourself</Trans>
        </h3>
        <Unchecked said={said} />
      </section>
    </>
  );
}

/** Lines that are gone for good: nobody misses that by reading only the first sentence. */
function Lost({ said }: { readonly said: ExportHolds }) {
  if (said.lost.length === 0) return null;
  return (
    <Notice tone="care">
      <p>
        <strong>
          <Trans>Lines of the journal of this service were lost before this copy was made.</Trans>
        </strong>{" "}
        <Trans>The copy is true. It cannot tell what stood in them, nor whose they were.</Trans>
      </p>
      {said.lost.map((each) => (
        <p key={JSON.stringify(each)}>
          <LostLines lost={each} />
        </p>
      ))}
      <p>
        <Trans>
          Some may have been of this very journal. Whoever has an older copy, or a receipt, can show
          what is missing.
        </Trans>
      </p>
    </Notice>
  );
}

function LostLines({ lost }: { readonly lost: LostTold }) {
  const { i18n } = useLingui();
  const at = momentInWords(lost.at, i18n.locale);
  const { signed, left } = lost;
  return (
    <>
      <Plural
        value={signed - left}
        one="The service has lost one line for good."
        other="The service has lost # lines for good."
      />{" "}
      <Left signed={signed} left={left} />{" "}
      <Trans>Another journal goes on from there since {at}, as the service says itself.</Trans>
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Checked({ said }: { readonly said: ExportHolds }) {
  const { t, i18n } = useLingui();
  const made = momentInWords(said.at, i18n.locale);
  return (
    <dl className="facts">
      <Fact name={t`Journal`}>
        <span className="code">{said.subject}</span>
      </Fact>
      <Fact name={t`Lines`}>
        <Trans>
          {said.entries}. Each is in its order, and in its place among {said.size} of the whole log.
        </Trans>
      </Fact>
      <Fact name={t`Made`}>
        <Trans>{made}, as the service says.</Trans>
      </Fact>
      <Fact name={t`Openings`}>
        <Trans>{said.signedReads}. Each is signed by the device of the person who asked.</Trans>
      </Fact>
      {said.erased === 0 ? null : (
        <Fact name={t`Erased`}>
          <Trans>{said.erased}. The journal says so.</Trans>
        </Fact>
      )}
      {said.since === undefined ? null : (
        <Fact name={t`Copy before`}>
          <Trans>The log only grew since the copy of {said.since} lines.</Trans>
        </Fact>
      )}
      {said.earlier === undefined ? null : (
        <Fact name={t`Your earlier copy`}>
          <Trans>
            It holds, and this one goes on from it: nothing of its {said.earlier} lines of the log
            was changed.
          </Trans>
        </Fact>
      )}
      <Fact name={t`Operator’s tags`}>
        <Trans>
          HMAC checked for {said.tagsChecked}. The keys of {said.tagsUndisclosed} are not published.
        </Trans>
      </Fact>
      <Fact name={t`Anchors`}>
        {said.isAnchored ? null : (
          <p>
            <Trans>Not anchored: no time stamp and no block holds it.</Trans>
          </p>
        )}
        {said.anchors.length === 0 ? null : (
          <ul className="bullets">
            {said.anchors.map((anchor) => (
              <li key={JSON.stringify(anchor)}>
                <Anchor anchor={anchor} rootsKnown={said.rootsKnown} />
              </li>
            ))}
          </ul>
        )}
      </Fact>
      <Fact name={t`Witnesses`}>
        {said.quorum ? (
          <Trans>Independent witnesses that saw this log grow: {said.operators}.</Trans>
        ) : (
          <Trans>No quorum. Independent witnesses: {said.operators}; three are needed.</Trans>
        )}
      </Fact>
    </dl>
  );
}

function Anchor({
  anchor,
  rootsKnown,
}: {
  readonly anchor: AnchorTold;
  readonly rootsKnown: boolean;
}) {
  const { i18n } = useLingui();
  switch (anchor.kind) {
    case "time-stamp": {
      const at = momentInWords(anchor.at, i18n.locale);
      return (
        <>
          <Trans>
            {anchor.size} lines: time-stamped by {anchor.authority} on {at}.
          </Trans>{" "}
          {anchor.revocationChecked ? null : (
            <Trans>Whether its certificate was withdrawn is not known.</Trans>
          )}{" "}
          {rootsKnown ? (
            <Trans>It leads to a certificate that you chose:</Trans>
          ) : (
            <Trans>Compare its root:</Trans>
          )}{" "}
          <span className="code">{anchor.root}</span>
        </>
      );
    }
    case "time-stamp-not-counted": {
      const at = momentInWords(anchor.at, i18n.locale);
      return (
        <>
          <Trans>
            {anchor.size} lines: a time stamp by {anchor.authority} on {at} does not count. It leads
            to none of the certificates that you chose, but to:
          </Trans>{" "}
          <span className="code">{anchor.root}</span>
        </>
      );
    }
    case "block":
      return (
        <>
          <Trans>
            {anchor.size} lines: confirmed at block {anchor.height}. Ask a Bitcoin node whether that
            block is:
          </Trans>{" "}
          <span className="code">{anchor.block}</span>
        </>
      );
    case "pending":
      return (
        <Trans>
          {anchor.size} lines: pending at {anchor.calendar}. A promise proves nothing yet.
        </Trans>
      );
    default:
      return anchor satisfies never;
  }
}

function Unchecked({ said }: { readonly said: ExportHolds }) {
  return (
    <ul className="bullets">
      <li>
        {said.logKeyKnown ? (
          <Trans>The log is the one whose key you know.</Trans>
        ) : (
          <>
            <Trans>Whether this is the true log. Compare its key with the one you know:</Trans>{" "}
            <span className="code">{said.logKey}</span>
          </>
        )}
      </li>
      {said.readers.map(({ account, identity, name }) => (
        <li key={account}>
          {name === "" ? (
            <Trans>Who stands behind an account that opened something. Compare its code:</Trans>
          ) : (
            <Trans>That {name} is who opened something. Compare the code:</Trans>
          )}{" "}
          <span className="code">{identity}</span>
        </li>
      ))}
      {said.isAnchored ? null : (
        <li>
          <Trans>When the lines were written: only the service says so.</Trans>
        </li>
      )}
      {said.operators === 0 || said.witnessesKnown ? null : (
        <li>
          <Trans>
            Whether the witnesses are independent. The operator names them in the copy: compare
            their keys with those that they publish.
          </Trans>
        </li>
      )}
      {said.quorum ? null : (
        <li>
          <Trans>Whether the service shows others another log: too few witnesses watch it.</Trans>
        </li>
      )}
      <li>
        <Trans>
          The signature in the report. A PDF reader shows it. Where it is self-signed, it says that
          the report is whole, not who made it.
        </Trans>
      </li>
      <li>
        <Trans>
          This page comes from a service. To depend on none, use the program in the copy, verify.py,
          from a source you trust.
        </Trans>
      </li>
    </ul>
  );
}
