import { letterPdf } from "./paper.ts";
import { DOCTOR, INVENTED, LABORATORY, PATIENT } from "./people.ts";

/** A laboratory's report of one blood sample. */
export async function labResult(): Promise<Uint8Array<ArrayBuffer>> {
  return await letterPdf(
    {
      from: [LABORATORY.name, LABORATORY.street, LABORATORY.city],
      to: [`${PATIENT.name}, née le 12 avril 1978`, `Prescripteur : ${DOCTOR.full}`],
      date: "Prélèvement du 3 novembre 2026 à 7 h 50, à jeun",
      title: "Résultats d'analyses de biologie médicale",
      parts: [
        { kind: "heading", text: "Biochimie" },
        {
          kind: "table",
          widths: [190, 85, 80, 128],
          head: ["Analyse", "Résultat", "Unité", "Valeurs de référence"],
          rows: [
            ["Glycémie à jeun", "6,4", "mmol/L", "3,9 à 5,5"],
            ["Hémoglobine glyquée (HbA1c)", "6,8", "%", "4,0 à 6,0"],
            ["Créatinine", "71", "µmol/L", "45 à 84"],
            ["Cholestérol total", "4,7", "mmol/L", "moins de 5,2"],
            ["Cholestérol LDL", "2,4", "mmol/L", "selon le risque"],
            ["Triglycérides", "1,3", "mmol/L", "moins de 1,7"],
          ],
        },
        { kind: "heading", text: "Hématologie" },
        {
          kind: "table",
          widths: [190, 85, 80, 128],
          head: ["Analyse", "Résultat", "Unité", "Valeurs de référence"],
          rows: [
            ["Hémoglobine", "13,6", "g/dL", "12,0 à 16,0"],
            ["Leucocytes", "6,1", "G/L", "4,0 à 10,0"],
            ["Plaquettes", "244", "G/L", "150 à 400"],
          ],
        },
        {
          kind: "text",
          text: "HbA1c en baisse par rapport au prélèvement d'août (7,1 %). Validé par le biologiste de garde.",
        },
      ],
      foot: INVENTED,
    },
    new Date("2026-11-03T16:10:00Z"),
  );
}
