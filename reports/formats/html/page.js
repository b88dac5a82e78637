"use strict";
// The page is whole without this script; it adds filters, opens what a link points to, and opens everything for print.
(() => {
  const form = document.getElementById("loc");
  const findings = [...document.querySelectorAll(".agency > .finding")];
  const agencies = [...document.querySelectorAll(".agency")];

  const plain = (text) =>
    text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase().replace(/\s+/g, " ").trim();

  const texts = new Map();
  const textOf = (finding) => {
    if (!texts.has(finding)) texts.set(finding, plain(finding.textContent));
    return texts.get(finding);
  };

  function filter() {
    const { agency, rule, severity, text } = form.elements;
    const words = plain(text.value).split(" ").filter(Boolean);
    let shown = 0;
    for (const finding of findings) {
      const { dataset } = finding;
      const fits =
        (!agency.value || dataset.agency === agency.value) &&
        (!rule.value || dataset.rule === rule.value) &&
        (!severity.value || dataset.severity === severity.value) &&
        words.every((word) => textOf(finding).includes(word));
      finding.hidden = !fits;
      shown += fits;
    }
    for (const group of agencies) group.hidden = !group.querySelector(":scope > .finding:not([hidden])");
    const count = document.getElementById("dem");
    const written = (number) => number.toLocaleString(document.documentElement.lang);
    count.value = count.dataset.template.replace("{n}", written(shown)).replace("{all}", written(findings.length));
  }

  function reveal() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let at = target; at; at = at.parentElement) {
      if (at.tagName === "DETAILS") at.open = true;
      at.hidden = false;
    }
    target.scrollIntoView();
  }

  if (form) {
    let waiting;
    form.hidden = false;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("change", filter);
    form.addEventListener("reset", () => setTimeout(filter));
    form.elements.text.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(filter, 150);
    });
    const openAll = (open) => () => {
      for (const group of agencies) group.open = true;
      for (const finding of findings) if (!finding.hidden) finding.open = open;
    };
    document.getElementById("mo-het").addEventListener("click", openAll(true));
    document.getElementById("dong-het").addEventListener("click", openAll(false));
    filter();
  }

  document.addEventListener("click", async (event) => {
    const link = event.target.closest(".permalink");
    if (!link || !navigator.clipboard) return;
    event.preventDefault();
    history.replaceState(null, "", link.hash);
    const label = link.textContent;
    try {
      await navigator.clipboard.writeText(link.href);
      link.textContent = document.body.dataset.copied;
    } catch {
      link.textContent = link.href; // no right to the clipboard: show the address, to be copied by hand
    }
    setTimeout(() => { link.textContent = label; }, 2500);
  });

  // Older browsers do not print closed details through CSS alone.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const part of opened) part.open = true;
  });
  addEventListener("afterprint", () => { for (const part of opened) part.open = false; });

  addEventListener("hashchange", reveal);
  reveal();
})();
