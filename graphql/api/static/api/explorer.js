/* Send the query of the page as an integrator's program does, and show the answer. */
"use strict";

(() => {
  const form = document.querySelector("[data-explorer]");
  const answer = document.querySelector("[data-answer]");

  const ask = async () => {
    const response = await fetch(window.location.pathname, {
      method: "POST",
      credentials: "same-origin",
      headers: {
        "Content-Type": "application/json",
        "X-CSRFToken": form.elements.csrfmiddlewaretoken.value,
      },
      body: JSON.stringify({
        query: form.elements.query.value,
        variables: JSON.parse(form.elements.variables.value || "{}"),
      }),
    });
    return JSON.stringify(await response.json(), null, 2);
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      answer.textContent = await ask();
    } catch (error) {
      answer.textContent =
        error instanceof SyntaxError
          ? "Les variables ne sont pas du JSON bien écrit."
          : "Le serveur ne répond pas. Réessayez dans un moment.";
    }
  });
})();
