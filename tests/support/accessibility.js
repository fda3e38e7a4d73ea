// What a machine can see of WCAG AA on a page: returns one sentence per problem, none when all is well.
(phone) => {
  const problems = [];
  const say = (what, element) => {
    const text = (element.textContent || element.name || "").trim().replace(/\s+/g, " ").slice(0, 50);
    const classes = typeof element.className === "string" ? element.className.trim().replace(/\s+/g, ".") : "";
    problems.push(`${what}: <${element.localName}${element.id ? "#" + element.id : ""}${classes ? "." + classes : ""}> ${text}`);
  };
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const known = new Map();
  const rgba = (color) => {
    if (!known.has(color)) {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = color;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
      known.set(color, [r, g, b, a / 255]);
    }
    return known.get(color);
  };
  const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
  const luminance = (color) => {
    const [r, g, b] = color.slice(0, 3).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };
  const visible = (element) => {
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.height > 1;
  };
  // The colour behind an element; null where a picture or a gradient is behind it.
  const ground = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.backgroundImage !== "none") return null;
      const color = rgba(style.backgroundColor);
      if (color[3] > 0) layers.push(color);
      if (color[3] === 1) break;
    }
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]);
  };
  const faded = (element) => {
    let share = 1;
    for (let at = element; at; at = at.parentElement) share *= Number(getComputedStyle(at).opacity);
    return share;
  };
  const disabled = (element) => element.closest(":disabled, [aria-disabled=true], .disabled");
  const nameOf = (element) =>
    [
      element.getAttribute("aria-label"),
      ...(element.getAttribute("aria-labelledby") || "").split(" ").map((id) => document.getElementById(id)?.textContent),
      ...[...(element.labels || [])].map((label) => label.textContent),
      element.title,
      element.alt,
      element.matches("a, button, summary, [role=button]") ? element.textContent : "",
      element.querySelector?.("img[alt], svg title")?.getAttribute?.("alt"),
      element.matches("input[type=submit], input[type=button]") ? element.value : "",
    ].some((text) => text && text.trim());

  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || seen.has(element) || !visible(element) || disabled(element)) continue;
    seen.add(element);
    const style = getComputedStyle(element);
    const behind = ground(element);
    if (!behind || element.closest("option, script, style, .visually-hidden")) continue;
    const color = [...rgba(style.color)];
    color[3] *= faded(element);
    const size = parseFloat(style.fontSize);
    const needed = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    const ratio = contrast(over(color, behind), behind);
    if (ratio < needed - 0.005) say(`contrast ${ratio.toFixed(2)}`, element);
  }

  for (const control of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (!visible(control) && !control.matches(".btn-check, [type=file]")) continue;
    if (!nameOf(control)) say("no label", control);
    const hint = control.placeholder && rgba(getComputedStyle(control, "::placeholder").color);
    const behind = ground(control);
    if (hint && behind && contrast(over(hint, behind), behind) < 4.5) say("placeholder contrast", control);
  }
  for (const control of document.querySelectorAll("a[href], button, summary, [role=button]")) {
    if (visible(control) && !nameOf(control)) say("no name", control);
  }
  for (const image of document.querySelectorAll("img:not([alt])")) say("no alt", image);

  const headings = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter(visible);
  if (headings.filter((heading) => heading.localName === "h1").length !== 1) problems.push("not exactly one h1");
  let level = 0;
  for (const heading of headings) {
    if (Number(heading.localName[1]) > level + 1) say(`heading after h${level}`, heading);
    level = Number(heading.localName[1]);
  }
  const ids = new Set();
  for (const element of document.querySelectorAll("[id]")) {
    if (ids.has(element.id)) say("id twice", element);
    ids.add(element.id);
  }
  for (const element of document.querySelectorAll("[aria-describedby], [aria-controls], [aria-labelledby], label[for]")) {
    for (const name of ["aria-describedby", "aria-labelledby", "for"]) {
      for (const id of (element.getAttribute(name) || "").split(" ").filter(Boolean)) {
        if (!document.getElementById(id)) say(`${name} to nothing (${id})`, element);
      }
    }
  }
  if (!document.querySelector("main")) problems.push("no main");

  if (phone) {
    for (const control of document.querySelectorAll("a[href], button, summary, select, textarea, input:not([type=hidden])")) {
      if (!visible(control) || disabled(control) || control.closest(".visually-hidden, .skip-link")) continue;
      if (control.localName === "a" && getComputedStyle(control).display === "inline") continue; // in a sentence
      const stretched = getComputedStyle(control, "::after").position === "absolute" && control.offsetParent;
      const labelled = control.matches("[type=checkbox], [type=radio]") && control.closest("label");
      const target = stretched || labelled || control;
      const box = target.getBoundingClientRect();
      if (box.height < 43.5) say(`only ${Math.round(box.height)} px high`, control);
    }
  }
  return problems;
};
