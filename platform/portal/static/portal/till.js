// At a till with network: what the camera reads goes where a typed code goes.
import { scanner } from "./scanning.js";

const root = document.querySelector("[data-scan]");
const form = document.querySelector("[data-scan-form]");
if (root && form)
  scanner(root, (text) => {
    form.elements.written.value = text;
    form.elements.way.value = "CAMERA";
    form.submit();
  });
