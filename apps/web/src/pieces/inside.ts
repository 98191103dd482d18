// What only an open record shows: fetched in one piece.

export { AccessPage } from "../pages/access.tsx";
export { ContactsPage } from "../pages/contacts.tsx";
export { DocumentPage } from "../pages/document.tsx";
export { DocumentsPage } from "../pages/documents.tsx";
export { JournalPage } from "../pages/journal.tsx";
export { LostPage } from "../pages/lost.tsx";
export { ReceivedPage } from "../pages/received.tsx";
export { ReceivedDocumentPage } from "../pages/received-document.tsx";
export { RenewPage } from "../pages/renew.tsx";
export { SettingsPage } from "../pages/settings.tsx";
export { SharePage } from "../pages/share.tsx";
export { ShowPage } from "../pages/show.tsx";
export { WaysPage } from "../pages/ways.tsx";
export { WitnessesPage } from "../pages/witnesses.tsx";
export { AskClosing } from "../parts/ask-closing.tsx";
export { Standing } from "../parts/standing.tsx";
export { TourBand } from "../parts/tour-band.tsx";
