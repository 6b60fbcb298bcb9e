// Choosing in a list of domains is enough: no button is needed where scripts run.

for (const select of document.querySelectorAll("[data-submits]")) {
  select.addEventListener("change", () => select.form.submit());
  select.form.querySelector("[data-without-script]").hidden = true;
}
