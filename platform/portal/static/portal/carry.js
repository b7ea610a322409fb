// A message to a service is carried by a form: it is sent at once. Without a script there is its button.
(() => {
  "use strict";
  document.querySelector("form[data-carry]")?.submit();
})();
