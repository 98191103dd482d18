import { Trans, useLingui } from "@lingui/react/macro";
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { Suspense, useEffect, useState } from "react";
import { ToggleButton } from "react-aria-components";
import { useClosing } from "../closing.ts";
import { chooseLanguage } from "../language.ts";
import { laterPart } from "../later-part.ts";
import { useSession } from "../session.tsx";
import { keepProgram } from "../shell.ts";
import { setStop, useStop } from "../tour.ts";
import { Button } from "./button.tsx";
import { SavedBand } from "./saved-band.tsx";
import { CaseSign } from "./signs.tsx";

/** Who reads now: fetched once a record is open. */
const Standing = laterPart(() => import("../pieces/inside.ts"), "Standing");

/** A dialog, fetched with it. */
const AskClosing = laterPart(() => import("../pieces/inside.ts"), "AskClosing");

/** Fetched by whoever takes it. */
const TourBand = laterPart(() => import("../pieces/inside.ts"), "TourBand");

/** What stands around every page: the brand, the sections once the record is open, and the foot. */
export function Frame() {
  const { t } = useLingui();
  const { status } = useSession();
  const { pathname } = useLocation();
  const [shown, setShown] = useState(false);
  const isOpen = status.state === "open";
  const isTouring = useStop() !== undefined;
  useEffect(() => {
    if (isOpen) void keepProgram();
    else setStop(undefined);
  }, [isOpen]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another place closes the menu.
  useEffect(() => setShown(false), [pathname]);
  return (
    <div className="frame" data-open={isOpen ? "" : undefined}>
      <a className="skip" href="#main">
        <Trans>Skip to the content</Trans>
      </a>
      <header className="head">
        <Link to={isOpen ? "/documents" : "/"} className="brand">
          <CaseSign />
          Écrin
        </Link>
        <div className="row">
          <Languages />
          {isOpen ? (
            <span className="menu-button">
              <ToggleButton
                className="button"
                isSelected={shown}
                onChange={setShown}
                aria-expanded={shown}
                aria-controls="sections"
              >
                {t`Menu`}
              </ToggleButton>
            </span>
          ) : null}
        </div>
      </header>
      {isOpen ? <Sections shown={shown} fold={() => setShown(false)} /> : null}
      <main className="main" id="main" tabIndex={-1}>
        <SavedBand />
        {isOpen ? (
          <Suspense fallback={null}>
            {isTouring ? <TourBand /> : null}
            <Standing />
            <AskClosing />
          </Suspense>
        ) : null}
        <Outlet />
      </main>
      <footer className="foot">
        <Link to="/help">
          <Trans>Help and words explained</Trans>
        </Link>
        <Link to="/promises">
          <Trans>What Écrin promises, and what it does not</Trans>
        </Link>
        <Link to="/verify">
          <Trans>Check a copy of a journal</Trans>
        </Link>
        <Link to="/display">
          <Trans>Display</Trans>
        </Link>
        <Link to="/accessibility">
          <Trans>Accessibility</Trans>
        </Link>
        <span>
          <Trans>Free software. No visitor is counted, nothing is loaded from elsewhere.</Trans>
        </span>
      </footer>
    </div>
  );
}

function Sections({ shown, fold }: { readonly shown: boolean; readonly fold: () => void }) {
  const { t } = useLingui();
  const { close, busy } = useClosing();
  return (
    <nav
      className="sections"
      id="sections"
      aria-label={t`Sections`}
      data-shown={shown ? "" : undefined}
    >
      <ul>
        <Section to="/documents" fold={fold}>{t`My documents`}</Section>
        <Section to="/share" fold={fold}>{t`Share`}</Section>
        <Section to="/show" fold={fold}>{t`Show a code`}</Section>
        <Section to="/access" fold={fold}>{t`Who can see what`}</Section>
        <Section to="/received" fold={fold}>{t`Shared with me`}</Section>
        <Section to="/journal" fold={fold}>{t`Journal`}</Section>
        <Section to="/contacts" fold={fold}>{t`Contacts`}</Section>
        <Section to="/settings" fold={fold}>{t`Settings`}</Section>
        <li>
          <Languages />
        </li>
        <li>
          <Button onPress={close} busy={busy}>{t`Close my record`}</Button>
        </li>
      </ul>
    </nav>
  );
}

type SectionPlace =
  | "/documents"
  | "/share"
  | "/show"
  | "/access"
  | "/received"
  | "/journal"
  | "/contacts"
  | "/settings";

function Section({
  to,
  fold,
  children,
}: {
  readonly to: SectionPlace;
  readonly fold: () => void;
  readonly children: string;
}) {
  const { pathname } = useLocation();
  // Who is there already arrives all the same: the menu folds, and nothing else would happen.
  const arrive = () => {
    fold();
    document.querySelector<HTMLElement>("#main h1")?.focus();
  };
  return (
    <li>
      <Link
        to={to}
        activeProps={{ "aria-current": "page" }}
        {...(pathname === to ? { onClick: arrive } : {})}
      >
        {children}
      </Link>
    </li>
  );
}

function Languages() {
  const { t, i18n } = useLingui();
  return (
    <fieldset className="languages">
      <legend className="unseen">{t`Language`}</legend>
      <LanguageButton language="fr" chosen={i18n.locale === "fr"}>
        Français
      </LanguageButton>
      <LanguageButton language="en" chosen={i18n.locale === "en"}>
        English
      </LanguageButton>
    </fieldset>
  );
}

function LanguageButton({
  language,
  chosen,
  children,
}: {
  readonly language: "fr" | "en";
  readonly chosen: boolean;
  readonly children: string;
}) {
  return (
    <ToggleButton
      className="button"
      data-tone="quiet"
      isSelected={chosen}
      onChange={() => chooseLanguage(language)}
    >
      <span lang={language}>{children}</span>
    </ToggleButton>
  );
}
