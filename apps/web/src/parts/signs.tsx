// The page's few pictures. Each is drawn here, speaks only beside a word, and is hidden from readers.

function Sign({ children }: { readonly children: React.ReactNode }) {
  return (
    <svg
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}

/** The case, half open. */
export function CaseSign() {
  return (
    <svg viewBox="0 0 48 48" aria-hidden="true" focusable="false">
      <rect width="48" height="48" rx="11" fill="#0c4b3f" />
      <path
        d="M10 22.5V17a7 7 0 0 1 7-7h14a7 7 0 0 1 7 7v5.5"
        fill="none"
        stroke="#f3ead6"
        strokeWidth="3"
      />
      <rect
        x="8.5"
        y="22.5"
        width="31"
        height="16"
        rx="3.5"
        fill="none"
        stroke="#f3ead6"
        strokeWidth="3"
      />
      <circle cx="24" cy="23" r="4.6" fill="#0c4b3f" />
      <circle cx="24" cy="23" r="3.4" fill="#e0b565" />
    </svg>
  );
}

/** Prevented: a closed lock. */
export function LockSign() {
  return (
    <Sign>
      <rect x="4.5" y="10.5" width="15" height="10" rx="2" />
      <path d="M8 10.5V7.5a4 4 0 0 1 8 0v3" />
    </Sign>
  );
}

/** Detected: an eye. */
export function EyeSign() {
  return (
    <Sign>
      <path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z" />
      <circle cx="12" cy="12" r="2.8" />
    </Sign>
  );
}

/** Honest server only: a hand on its word. */
export function WordSign() {
  return (
    <Sign>
      <path d="M4 5.5h16v10.5H11l-4.5 4v-4H4Z" />
      <path d="M8 10.8h.01M12 10.8h.01M16 10.8h.01" />
    </Sign>
  );
}

/** Beware. */
export function CareSign() {
  return (
    <Sign>
      <path d="M12 3.5 21.5 20h-19Z" />
      <path d="M12 9.5v5M12 17.2v.1" />
    </Sign>
  );
}

/** Good, done. */
export function DoneSign() {
  return (
    <Sign>
      <path d="m4.5 12.5 5 5 10-11" />
    </Sign>
  );
}

/** Something worth knowing. */
export function NoteSign() {
  return (
    <Sign>
      <circle cx="12" cy="12" r="9" />
      <path d="M12 11v5.5M12 7.6v.1" />
    </Sign>
  );
}

/** Nothing here yet: the case, open and empty. */
export function BlankSign() {
  return (
    <svg
      viewBox="0 0 96 72"
      fill="none"
      aria-hidden="true"
      focusable="false"
      className="blank-sign"
    >
      <path
        d="M20 30 30 8h44a6 6 0 0 1 5.6 3.9L86 30"
        stroke="currentColor"
        strokeWidth="3"
        strokeLinejoin="round"
      />
      <rect x="10" y="30" width="76" height="34" rx="6" stroke="currentColor" strokeWidth="3" />
      <path d="M22 44h30M22 52h20" stroke="var(--brass)" strokeWidth="3" strokeLinecap="round" />
      <circle cx="68" cy="48" r="5" fill="var(--brass)" />
    </svg>
  );
}
