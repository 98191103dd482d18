import { Trans, useLingui } from "@lingui/react/macro";
import type { Cda, CdaBlock, CdaCell, CdaSection } from "../shown/cda.ts";
import { hl7DateInWords } from "../words.ts";
import { Facts } from "./facts.tsx";
import { Notice } from "./notice.tsx";

/** A CDA document: who, when, and its sections as their author wrote them. */
export function ClinicalDocument({ cda }: { readonly cda: Cda }) {
  const { t, i18n } = useLingui();
  const day = (hl7: string) => hl7DateInWords(hl7, i18n.locale);
  return (
    <article className="sheet clinical">
      <h2>{cda.title === "" ? t`Clinical document` : cda.title}</h2>
      {cda.patients.map(({ name, born }, i) => (
        <Facts
          // biome-ignore lint/suspicious/noArrayIndexKey: a document that was opened never changes.
          key={i}
          facts={[
            [t`About`, name],
            [t`Born`, day(born)],
          ]}
        />
      ))}
      <Facts
        facts={[
          [t`Written`, day(cda.date)],
          [t`By`, cda.authors.join(", ")],
          [t`Kept by`, cda.custodian],
        ]}
      />
      {cda.patients.length > 1 ? (
        <Notice tone="care">
          <p>
            <Trans>This document names more than one person.</Trans>
          </p>
        </Notice>
      ) : null}
      {cda.replaces ? (
        <p>
          <Trans>It says that it replaces an earlier document.</Trans>
        </p>
      ) : null}
      {cda.unread ? (
        <Notice tone="care">
          <p>
            <Trans>
              What this document says is not shown here. It lies elsewhere, or in a form that this
              page cannot read. Save a copy and open it with its program.
            </Trans>
          </p>
        </Notice>
      ) : null}
      {cda.sections.map((section, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: as above.
        <Section key={i} section={section} level={3} />
      ))}
    </article>
  );
}

function Section({ section, level }: { readonly section: CdaSection; readonly level: number }) {
  const Heading = level <= 3 ? "h3" : level === 4 ? "h4" : level === 5 ? "h5" : "h6";
  return (
    <section>
      {section.title === "" ? null : <Heading>{section.title}</Heading>}
      <Blocks blocks={section.blocks} title={section.title} />
      {section.blocks.length + section.sections.length > 0 ? null : (
        <p>
          <Trans>No text is written here. That does not mean that there is nothing to say.</Trans>
        </p>
      )}
      {section.sections.map((each, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: as above.
        <Section key={i} section={each} level={level + 1} />
      ))}
    </section>
  );
}

function Blocks({
  blocks,
  title,
}: {
  readonly blocks: readonly CdaBlock[];
  readonly title: string;
}) {
  return blocks.map((block, i) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: as above.
    <Block key={i} block={block} title={title} />
  ));
}

function Block({ block, title }: { readonly block: CdaBlock; readonly title: string }) {
  switch (block.kind) {
    case "paragraph":
      return <p className="lines">{block.text}</p>;
    case "list": {
      const List = block.ordered ? "ol" : "ul";
      return (
        <List>
          {block.items.map((item, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above.
            <li key={i}>
              <Blocks blocks={item} title={title} />
            </li>
          ))}
        </List>
      );
    }
    case "table":
      return <Table block={block} title={title} />;
    case "removed":
      return <Removed text={block.text} />;
    case "media":
      return (
        <Notice tone="care">
          <p>
            <Trans>
              There is a picture here that this page does not show. Save a copy and open it with its
              program.
            </Trans>
          </p>
        </Notice>
      );
    default:
      return block satisfies never;
  }
}

/** What the author crossed out: told as such in words, as a line through it is not read aloud. */
function Removed({ text }: { readonly text: string }) {
  return (
    <p className="lines">
      <Trans>
        Crossed out by the author: <del>{text}</del>
      </Trans>
    </p>
  );
}

function Table({
  block: { caption, head, rows },
  title,
}: {
  readonly block: Extract<CdaBlock, { kind: "table" }>;
  readonly title: string;
}) {
  const name = caption === "" ? title : caption;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a table that scrolls is reached by keyboard.
    <section className="scrolled" tabIndex={0} aria-label={name}>
      <table className="figures">
        <caption className={caption === "" ? "unseen" : undefined}>{name}</caption>
        {head.length === 0 ? null : (
          <thead>
            <Rows rows={head} scope="col" />
          </thead>
        )}
        <tbody>
          <Rows rows={rows} scope="row" />
        </tbody>
      </table>
    </section>
  );
}

function Rows({
  rows,
  scope,
}: {
  readonly rows: readonly (readonly CdaCell[])[];
  readonly scope: "col" | "row";
}) {
  return rows.map((cells, i) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: as above.
    <tr key={i}>
      {cells.map((cell, j) => {
        const spans = { colSpan: cell.columns, rowSpan: cell.rows };
        return cell.isHead ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above.
          <th key={j} scope={scope} {...spans}>
            {cell.text}
            {cell.removed === undefined ? null : <Removed text={cell.removed} />}
          </th>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above.
          <td key={j} className="lines" {...spans}>
            {cell.text}
            {cell.removed === undefined ? null : <Removed text={cell.removed} />}
          </td>
        );
      })}
    </tr>
  ));
}
