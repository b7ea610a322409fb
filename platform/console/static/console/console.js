// Comfort only: every page works without this file.
document.addEventListener("DOMContentLoaded", () => {
  // Lists: count what is selected, select the page.
  const list = document.querySelector("[data-selection]");
  if (list) {
    const boxes = [...list.querySelectorAll("input.action-select")];
    const all = list.querySelector("#action-toggle");
    const note = document.querySelector("[data-selection-note]");
    const count = () => {
      const chosen = boxes.filter((box) => box.checked).length;
      if (note) note.textContent = chosen ? note.dataset.text.replace("{n}", chosen) : "";
      if (all) { all.checked = chosen === boxes.length; all.indeterminate = chosen > 0 && !all.checked; }
    };
    if (all) all.addEventListener("change", () => { boxes.forEach((box) => { box.checked = all.checked; }); count(); });
    boxes.forEach((box) => box.addEventListener("change", count));
    count();
  }
  // "/" puts the cursor in the search field; j and k walk the rows, Enter opens.
  const search = document.querySelector("[data-search]");
  const rows = [...document.querySelectorAll("[data-row]")];
  document.addEventListener("keydown", (event) => {
    const typing = /^(input|textarea|select)$/i.test(event.target.tagName) || event.ctrlKey || event.metaKey || event.altKey;
    if (typing) return;
    if (event.key === "/" && search) { event.preventDefault(); search.focus(); return; }
    if ((event.key === "j" || event.key === "k") && rows.length) {
      const here = rows.findIndex((row) => row.contains(document.activeElement));
      const next = event.key === "j" ? Math.min(here + 1, rows.length - 1) : Math.max(here - 1, 0);
      const link = rows[next].querySelector("a, button, input:not([type=hidden])");
      if (link) { event.preventDefault(); link.focus(); }
    }
  });
  // On the page of a row, its acts are numbered: 1 opens the first.
  document.addEventListener("keydown", (event) => {
    const typing = /^(input|textarea|select)$/i.test(event.target.tagName) || event.ctrlKey || event.metaKey || event.altKey;
    const act = !typing && /^[1-9]$/.test(event.key) && document.querySelector(`[data-key="${event.key}"]`);
    if (act) { event.preventDefault(); act.click(); }
  });
  // A form that takes time says so, and is not sent twice: not by a second click, nor by Enter.
  document.querySelectorAll("form[data-once]").forEach((form) => {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "1";
      const button = form.querySelector("button[data-busy]");
      if (button) { button.setAttribute("aria-disabled", "true"); button.textContent = button.dataset.busy; }
    });
  });
  // Back from the next page: the browser shows this one as it was left, and it may be sent again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && document.querySelector("form[data-sent]")) window.location.reload();
  });
  // Work in progress: the page reloads itself until the work ends.
  const progress = document.querySelector("[data-reload]");
  if (progress) setTimeout(() => window.location.reload(), Number(progress.dataset.reload) * 1000);
});
