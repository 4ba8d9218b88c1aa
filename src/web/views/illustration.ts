/**
 * Card and reader, drawn once and in one projection; `data-picture` on an element around it and
 * the style sheet decide which parts show and where the card floats. Decoration: the words beside
 * it say the same.
 */

/** Lays a flat drawing onto the desk, isometrically. */
const onDesk = 'matrix(.866 .5 -.866 .5'

const layers = (count: number, href: string): string =>
  Array.from({ length: count }, (_, i) => `<use href="#${href}" y="${String(count - i)}"/>`).join(
    '',
  )

const reader = `
<g class="reader">
  <path class="cable" d="M66 196C30 214 8 210-14 226"/>
  <g class="reader-side">${layers(22, 'reader-plate')}</g>
  <g class="reader-top"><use href="#reader-plate"/></g>
  <g transform="${onDesk} 164 92)" class="reader-mark">
    <rect x="14" y="14" width="172" height="112" rx="12"/>
    <path d="M84 56a20 20 0 0 1 0 28M96 46a34 34 0 0 1 0 48M108 36a48 48 0 0 1 0 68"/>
  </g>
  <ellipse class="lamp" cx="250" cy="228" rx="6" ry="4.5"/>
</g>`

const card = `
<g class="card">
  <g class="card-side">${layers(4, 'card-plate')}</g>
  <g class="card-face"><use href="#card-plate"/></g>
  <g transform="${onDesk} 164 92)">
    <path class="card-band" d="M35 23h130a10 10 0 0 1 10 10v12H25V33a10 10 0 0 1 10-10z"/>
    <circle class="card-seal" cx="40" cy="34" r="6.5"/>
    <path class="card-title" d="M53 34h74"/>
    <rect class="card-photo" x="36" y="56" width="32" height="40" rx="3"/>
    <path class="card-person" d="M52 63a7 7 0 1 1 0 14 7 7 0 0 1 0-14zM39 95c0-9 6-14 13-14s13 5 13 14z"/>
    <rect class="card-chip" x="132" y="56" width="30" height="24" rx="4"/>
    <path class="card-chip-lines" d="M132 64h9v8h-9M162 64h-9v8h9M141 56v24M153 56v24"/>
    <path class="card-lines" d="M78 62h42M78 73h34M78 84h40M78 98h84"/>
  </g>
</g>`

const rings = `
<g class="rings" transform="${onDesk} 164 110)">
  <rect x="-10" y="-10" width="220" height="160" rx="25"/>
  <rect x="-20" y="-20" width="240" height="180" rx="32"/>
  <rect x="-30" y="-30" width="260" height="200" rx="39"/>
</g>`

const arrow = `<path class="arrow" d="M306 44v62m-17-18 17 20 17-20"/>`

const badges = `
<g class="badge badge-done"><circle cx="304" cy="62" r="34"/><path d="m288 63 12 12 21-24"/></g>
<g class="badge badge-fault">
  <path class="badge-shape" d="M304 22 344 92a6 6 0 0 1-5 9h-70a6 6 0 0 1-5-9z"/>
  <path class="badge-mark" d="M304 50v24m0 12v1"/>
</g>
<g class="badge badge-pin">
  <rect class="badge-shape" x="232" y="26" width="116" height="72" rx="8"/>
  <path class="badge-bar" d="M232 44h116"/>
  <path class="badge-dots" d="M258 72h.1M280 72h.1M302 72h.1M324 72h.1"/>
</g>
<g class="badge badge-absent">
  <circle class="badge-shape" cx="304" cy="62" r="34"/><path d="m291 49 26 26m0-26-26 26"/>
</g>`

export const illustration =
  `<svg class="picture" viewBox="-16 -8 380 312" aria-hidden="true" focusable="false">
<defs>
<rect id="reader-plate" width="200" height="140" rx="20" transform="${onDesk} 164 92)"/>
<rect id="card-plate" x="25" y="23" width="150" height="94" rx="10" transform="${onDesk} 164 92)"/>
</defs>
${rings}${reader}
<g class="card-shadow"><use href="#card-plate"/></g>
${card}${arrow}${badges}</svg>`
    .replace(/>\s+</g, '><')
    .replace(/\n/g, '')

/** The service's mark beside its name: a card with its chip. */
export const mark =
  '<svg class="mark" viewBox="0 0 40 40" aria-hidden="true" focusable="false">' +
  '<rect x="3" y="8" width="34" height="24" rx="4"/><path class="mark-band" d="M3 15h34"/>' +
  '<rect class="mark-chip" x="8" y="20" width="9" height="7" rx="1.5"/>' +
  '<path class="mark-waves" d="M25 20a5 5 0 0 1 0 7M29 18a9 9 0 0 1 0 11"/></svg>'
