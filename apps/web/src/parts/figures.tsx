/** Figures to be typed on another device, in groups of three. */
export function Figures({ label, digits }: { readonly label: string; readonly digits: string }) {
  return (
    <p className="figures-shown">
      <span className="label">{label}</span>{" "}
      <strong className="code">{digits.replace(/(\d{3})(?=\d)/g, "$1 ")}</strong>
    </p>
  );
}
