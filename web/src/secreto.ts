import { copyButton } from "./lib/copy";
import { find } from "./lib/dom";
import { t } from "./lib/words";

// What is shown once is copied at a touch, where scripts run.
const secret = find<HTMLElement>("#secreto");
secret.after(copyButton(secret, t("js.base.copy")));
