/** The invented people of the samples. Nobody of these names is meant, and no figure was measured on anybody. */
export const PATIENT = {
  name: "Camille Moreau",
  given: "Camille",
  family: "Moreau",
  birthDate: "1978-04-12",
  address: "camille.moreau@exemple.fr",
} as const;

export const DOCTOR = {
  name: "Dr Roche",
  full: "Dr Hélène Roche",
  given: "Hélène",
  family: "Roche",
  speciality: "Médecine générale",
  street: "14, rue des Tilleuls",
  city: "69003 Lyon",
  address: "helene.roche@exemple.fr",
} as const;

export const LABORATORY = {
  name: "Laboratoire des Deux-Rives",
  street: "3, quai de Saône",
  city: "69002 Lyon",
} as const;

export const IMAGING = {
  name: "Centre d'imagerie de la Croix-Rousse",
  street: "27, boulevard des Canuts",
  city: "69004 Lyon",
} as const;

/** Printed at the foot of every sample. */
export const INVENTED = "Document d'exemple : personnes, lieux et chiffres sont inventés.";
