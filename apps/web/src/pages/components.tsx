import { useState } from "react";
import { CheckboxGroup, Label, RadioGroup } from "react-aria-components";
import { AskFirst } from "../parts/ask-first.tsx";
import { Bar } from "../parts/bar.tsx";
import { Blank } from "../parts/blank.tsx";
import { Button, ButtonLink } from "../parts/button.tsx";
import { Pick, Tick } from "../parts/choice.tsx";
import { Field, SecretField } from "../parts/field.tsx";
import { KitSheet } from "../parts/kit-sheet.tsx";
import { Entry, Ledger } from "../parts/ledger.tsx";
import { Looks } from "../parts/looks.tsx";
import { Moment } from "../parts/moment.tsx";
import { Notice } from "../parts/notice.tsx";
import { Page } from "../parts/page.tsx";
import { Known } from "../parts/person-name.tsx";
import { Problem } from "../parts/problem.tsx";
import { QrCode } from "../parts/qr-code.tsx";
import { Resource } from "../parts/resource.tsx";
import { EyeSign, LockSign, WordSign } from "../parts/signs.tsx";
import { Waiting } from "../parts/waiting.tsx";
import { VaultError } from "../vault.ts";

const COLOURS = [
  "paper",
  "sheet",
  "ink",
  "quiet",
  "pine",
  "on-pine",
  "pine-soft",
  "brass",
  "rule",
  "edge",
  "alarm",
  "alarm-soft",
  "care-soft",
] as const;

const SOME_DAY = Date.UTC(2026, 10, 3, 8, 30);

/**
 * Every component in every state, for those who work on them and for the tests that measure them.
 * Written for developers, so it speaks English only, and says so.
 */
export function ComponentsPage() {
  return (
    <div lang="en">
      <Page
        title="Components"
        lead="What every page is made of. Colours, letters and distances stand in tokens.css."
      >
        <Tokens />
        <Buttons />
        <Fields />
        <Choices />
        <Notices />
        <Lines />
        <States />
        <Sheets />
        <Looks />
      </Page>
    </div>
  );
}

function Tokens() {
  return (
    <section className="part">
      <h2>Colours and letters</h2>
      <ul className="swatches">
        {COLOURS.map((colour) => (
          <li key={colour}>
            <span className="swatch" data-colour={colour} />
            {colour}
          </li>
        ))}
      </ul>
      <ul className="sizes">
        <li>Largest: titles</li>
        <li>Larger: sections</li>
        <li>Large: leads and names</li>
        <li>Plain: everything else</li>
        <li>Smallest: remarks</li>
      </ul>
    </section>
  );
}

function Buttons() {
  return (
    <section className="part">
      <h2>Buttons and links</h2>
      <div className="row">
        <Button tone="first">First</Button>
        <Button>Plain</Button>
        <Button tone="quiet">Quiet</Button>
        <Button tone="alarm">Alarm</Button>
        <ButtonLink to="/help">A link as a button</ButtonLink>
      </div>
      <div className="row">
        <Button tone="first" busy={true}>
          Busy
        </Button>
        <Button isDisabled={true}>Not now</Button>
        <AskFirst
          label="Asks first"
          title="Do it now?"
          confirm="Do it"
          act={() => Promise.resolve()}
        >
          <p>What will happen, and what it cannot undo.</p>
        </AskFirst>
      </div>
    </section>
  );
}

function Fields() {
  const [text, setText] = useState("");
  return (
    <section className="part">
      <h2>Fields</h2>
      <div className="form">
        <Field label="Line" hint="What belongs here." value={text} onChange={setText} />
        <Field
          label="Wrong line"
          hint="What belongs here."
          wrong="What is wrong, and what to do."
        />
        <Field label="Several lines" hint="As many as needed." lines={3} />
        <SecretField label="Secret" hint="Can be shown." autoComplete="off" />
        <Field label="Not now" hint="Why not." isDisabled={true} />
      </div>
    </section>
  );
}

function Choices() {
  return (
    <section className="part">
      <h2>Choices</h2>
      <CheckboxGroup className="part" defaultValue={["a"]}>
        <Label className="label">Several</Label>
        <div className="choices">
          <Tick value="a">
            Ticked <small>and why</small>
          </Tick>
          <Tick value="b">Not ticked</Tick>
        </div>
      </CheckboxGroup>
      <RadioGroup className="part" defaultValue="a">
        <Label className="label">One</Label>
        <div className="choices">
          <Pick value="a">
            Picked <Known known="face-to-face" />
          </Pick>
          <Pick value="b">
            Not picked <small>and why</small>
          </Pick>
        </div>
      </RadioGroup>
    </section>
  );
}

function Notices() {
  return (
    <section className="part">
      <h2>Notices</h2>
      <Notice tone="note">
        <p>Worth knowing.</p>
      </Notice>
      <Notice tone="care">
        <p>
          Take care, and <a href="/help">read on here about taking care</a>.
        </p>
      </Notice>
      <Notice tone="done">
        <p>It is done.</p>
      </Notice>
      <Problem error={new VaultError({ code: "offline" })} again={() => undefined} />
      <p className="row">
        <span className="word">
          <LockSign />
          Prevented
        </span>
        <span className="word">
          <EyeSign />
          Detected
        </span>
        <span className="word">
          <WordSign />
          Honest server only
        </span>
        <span className="tag">A tag</span>
        <span className="tag" data-tone="care">
          A tag that warns
        </span>
      </p>
      <p className="sentence">One plain sentence of what will happen.</p>
    </section>
  );
}

function Lines() {
  return (
    <section className="part">
      <h2>Lines of a notebook</h2>
      <Ledger label="Lines">
        <Entry side={<Moment at={SOME_DAY} />}>
          <a className="entry-link" href="/help">
            A line that leads to a page
          </a>
          <p className="small">What it is</p>
        </Entry>
        <Entry side={<Known known="invitation" />}>
          <h3>A line with a heading</h3>
          <p>And a sentence.</p>
          <details className="proof">
            <summary>More, for those who want it</summary>
            <dl className="facts">
              <dt>Place</dt>
              <dd className="code">4f9a</dd>
            </dl>
          </details>
        </Entry>
      </Ledger>
    </section>
  );
}

function States() {
  return (
    <section className="part">
      <h2>Empty, on its way, under way</h2>
      <Blank title="Nothing here yet">
        <p>Why, and what to do about it.</p>
      </Blank>
      <Waiting>One moment…</Waiting>
      <Bar label="Sealing: letter.pdf" progress={0.4} />
      <div className="drop">
        <Button tone="first">Add documents</Button>
        <p className="hint">Or drag them here.</p>
      </div>
    </section>
  );
}

function Sheets() {
  const words = Array.from({ length: 24 }, (_, i) => `word${i + 1}`);
  return (
    <section className="part">
      <h2>Sheets</h2>
      <div className="sheet">
        <Resource
          resource={{
            resourceType: "Observation",
            status: "final",
            code: { text: "Haemoglobin" },
            effectiveDateTime: "2026-11-03",
            valueQuantity: { value: 13.2, unit: "g/dL" },
          }}
        />
      </div>
      <QrCode text="https://example.org/" label="A code" />
      <KitSheet
        kit={{ account: "AAAAAAAAAAAAAAAAAAAAAA", words, text: "ecrin-1:kit:…" }}
        name="Camille Moreau"
      />
    </section>
  );
}
