import type { JSX } from 'preact'
import type { LiveValues } from '../sites/live-feed.ts'

/** The reader from above, with its lamp and, while one lies there, the card. */
export function ReaderDrawing({ values }: { values: LiveValues }): JSX.Element {
  return (
    <svg class="drawing" viewBox="0 0 320 150" aria-hidden="true">
      <path class="drawing-cable" d="M160 10C160 0 190 4 190-6" />
      <rect class="drawing-body" x="40" y="8" width="240" height="136" rx="18" />
      <g class="drawing-lamp" data-value="light" data-is={values['light']}>
        <circle cx="160" cy="24" r="6" />
      </g>
      <g class="drawing-waves">
        <path d="M134 92a30 30 0 0 1 52 0" />
        <path d="M122 84a44 44 0 0 1 76 0" />
        <path d="M110 76a58 58 0 0 1 100 0" />
      </g>
      <g
        class="drawing-card"
        data-show="hasCard"
        data-value="cardKind"
        data-is={values['cardKind']}
        hidden={values['hasCard'] !== true}
      >
        <rect x="86" y="42" width="148" height="92" rx="9" />
        <rect class="drawing-chip" x="100" y="66" width="24" height="19" rx="3" />
        <text x="100" y="108" data-text="cardName">
          {values['cardName']}
        </text>
        <text class="drawing-pin" x="100" y="124" data-text="cardPin">
          {values['cardPin']}
        </text>
      </g>
    </svg>
  )
}
