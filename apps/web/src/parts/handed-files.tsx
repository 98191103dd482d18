import { Plural, Trans } from "@lingui/react/macro";
import { letHandedGo, useHanded } from "../handed.ts";
import { Button } from "./button.tsx";
import { Notice } from "./notice.tsx";

/** Files from the share sheet. Nothing is added before somebody says so: any site can send some. */
export function HandedFiles({ take }: { readonly take: (files: readonly File[]) => void }) {
  const files = useHanded();
  if (files.length === 0) return null;
  const add = () => {
    take(files);
    letHandedGo();
  };
  return (
    <Notice tone="note">
      <p>
        <Trans>Another program hands over:</Trans>
      </p>
      <ul>
        {files.map((file, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two files may have one name.
          <li key={i}>{file.name}</li>
        ))}
      </ul>
      <p>
        <Trans>If you did not send this yourself, leave it out.</Trans>
      </p>
      <div className="row">
        <Button tone="first" onPress={add}>
          <Trans>Add to my record</Trans>
        </Button>
        <Button onPress={letHandedGo}>
          <Trans>Leave it out</Trans>
        </Button>
      </div>
    </Notice>
  );
}

/** Said at the door, so that nobody thinks their file is lost. */
export function HandedWaiting() {
  const count = useHanded().length;
  if (count === 0) return null;
  return (
    <Notice tone="note">
      <p>
        <Plural
          value={count}
          one="One file waits in this window. You add it once your record is open."
          other="# files wait in this window. You add them once your record is open."
        />
      </p>
    </Notice>
  );
}
