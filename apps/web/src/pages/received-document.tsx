import { Trans, useLingui } from "@lingui/react/macro";
import { Link, useParams } from "@tanstack/react-router";
import { useAnswer } from "../answers.ts";
import { Notice } from "../parts/notice.tsx";
import { Opened } from "../parts/opened.tsx";
import { Page } from "../parts/page.tsx";
import { useTitleInWords } from "../parts/title.tsx";
import { Awaited } from "../parts/waiting.tsx";

/** A document somebody shared, opened. */
export function ReceivedDocumentPage() {
  const { t } = useLingui();
  const inWords = useTitleInWords();
  const { share, revision } = useParams({ from: "/inside/received/$share/$revision" });
  const opened = useAnswer("openShared", { share, revision });
  return (
    <Page
      title={opened.answer === undefined ? t`Document` : inWords(opened.answer.title)}
      name={t`Document`}
      trail={<Link to="/received">{t`Shared with me`}</Link>}
    >
      <Awaited of={opened}>
        {(document) => (
          <>
            <Notice tone="note">
              <p>
                {document.declared === true ? (
                  <Trans>
                    Opened without network. Your device has signed for this opening; the person who
                    shared it sees it in their journal once this device is connected again.
                  </Trans>
                ) : (
                  <Trans>
                    Your device has signed for this opening; the person who shared it sees it in
                    their journal.
                  </Trans>
                )}
              </p>
            </Notice>
            <Opened opened={document} />
          </>
        )}
      </Awaited>
    </Page>
  );
}
