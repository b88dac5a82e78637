// What a person sees on the page now, as plain data, and the page itself. Runs in the page; changes nothing.
({ limit, results }) => {
  const seen = (node) => {
    const box = node.getBoundingClientRect();
    if (!box.width || !box.height) return false;
    const style = getComputedStyle(node);
    return style.visibility !== "hidden" && style.display !== "none" && Number(style.opacity) > 0;
  };
  const words = (text) => (text || "").replace(/\s+/g, " ").trim();
  const nameOf = (node) => {
    const by = (node.getAttribute("aria-labelledby") || "").split(" ").map((id) => document.getElementById(id)).filter(Boolean);
    const label = node.labels && node.labels.length ? [...node.labels].map((one) => one.innerText).join(" ") : "";
    return words(node.getAttribute("aria-label") || by.map((one) => one.innerText).join(" ") || label || node.innerText ||
      node.getAttribute("placeholder") || node.getAttribute("title") || node.value || node.name || "").slice(0, 300);
  };
  // What only searches is no part of a form.
  const searches = (node) => node.type === "search" || node.closest('[role="search"]') !== null ||
    /keyword|tukhoa|tu_khoa|search|timkiem|^q$/i.test(`${node.name || ""} ${node.id || ""}`) || /tìm kiếm|từ khóa|từ khoá/i.test(nameOf(node));
  // The paper an upload is for stands in its row, beside the button.
  const rowOf = (node) => {
    const row = node.closest("tr, li, .form-group, [data-upload]");
    if (!row) return "";
    const cell = ["td:nth-child(2)", "td", "label", ".name"].map((css) => row.querySelector(css)).find((one) => one && words(one.innerText).length > 3);
    return words((cell || row).innerText).slice(0, 300);
  };
  const open = [...document.querySelectorAll('dialog[open], [role=dialog], [role=alertdialog], .modal.show, .modal.in')].filter(seen);
  const fields = [...document.querySelectorAll("input, select, textarea")].slice(0, 400)
    .filter((node) => !["hidden", "submit", "button", "image", "reset"].includes(node.type) && (node.type === "file" || seen(node)) && !searches(node))
    .map((node) => ({
      kind: node.tagName === "INPUT" ? node.type || "text" : node.tagName.toLowerCase(),
      label: node.type === "file" && !(node.labels && node.labels.length) ? rowOf(node) || nameOf(node) : nameOf(node),
      required: node.required || node.getAttribute("aria-required") === "true" ? true
        : /\*/.test(node.type === "file" ? rowOf(node) : nameOf(node)) ? true
        : node.closest("form, [role=form]")?.querySelector("[required], [aria-required=true]") ? false : null,
      covered: open.length > 0 && !open.some((one) => one.contains(node)),
    }));
  const controls = [...document.querySelectorAll("button, a[href], input[type=submit], input[type=button], [role=button]")]
    .slice(0, 1500).filter(seen).map((node) => ({ name: nameOf(node), href: node.href || null, button: node.tagName !== "A" }));
  const text = words(document.body ? document.body.innerText : "");
  const lines = (document.body ? document.body.innerText : "").split("\n").map(words).filter(Boolean).join("\n");
  const busy = [...document.querySelectorAll('[role=progressbar], [aria-busy=true], .spinner, .spinner-border, .loading, .loader, .fa-spinner, .ant-spin, .ngx-spinner')].some(seen);
  const drawn = document.querySelectorAll("img, svg, canvas, video, iframe").length;
  return {
    url: location.href,
    title: document.title,
    text: text.slice(0, limit),
    lines: lines.slice(0, limit).split("\n"),
    length: text.length,
    headings: [...document.querySelectorAll("h1, h2, h3, h4")].slice(0, 30).filter(seen).map((node) => words(node.innerText).slice(0, 300)),
    fields, controls, busy, drawn,
    dialog: open.length > 0,
    stub: document.querySelector('meta[name=soat][content=redirect]') !== null,
    parsing: document.readyState === "loading",
    // A page without any of these is whole as soon as it has been read.
    moves: document.readyState !== "complete" || document.querySelector("script, iframe, frame, object, embed, meta[http-equiv=refresh i]") !== null,
    height: document.documentElement.scrollHeight,
    results: !results ? null : [...document.querySelectorAll(results)].slice(0, 600).map((node) => [
      words((node.closest("li, tr, article") || node).innerText).slice(0, 600), words(node.innerText).slice(0, 400), node.href]),
    html: (document.doctype ? "<!DOCTYPE html>\n" : "") + document.documentElement.outerHTML,
  };
}
