/** One measured number, in the form that other programs read. */
export interface Figure {
  readonly figure: string
  readonly value: number
  readonly unit: '1/s' | 'ms' | 's' | 'exchanges' | 'bytes' | 'ratio'
}

/** Prints each figure once: as a line of JSON for programs, or collected into a table for people. */
export function createReport(asJson: boolean): {
  add(figures: readonly Figure[]): void
  print(): void
} {
  const all: Figure[] = []
  return {
    add(figures) {
      all.push(...figures)
      if (asJson) for (const figure of figures) console.log(JSON.stringify(figure))
    },
    print() {
      if (!asJson) console.log(table(all))
    },
  }
}

function table(figures: readonly Figure[]): string {
  const width = Math.max(...figures.map(({ figure }) => figure.length))
  return figures
    .map(
      ({ figure, value, unit }) =>
        `${figure.padEnd(width)}  ${readable(value).padStart(10)} ${unit}`,
    )
    .join('\n')
}

/** Three significant digits: more would pretend to a precision that one run does not have. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3))
}

function readable(value: number): string {
  return rounded(value).toLocaleString('en', { maximumSignificantDigits: 3 })
}
