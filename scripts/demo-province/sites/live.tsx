import type { ComponentChildren, JSX } from 'preact'
import type { LiveValues } from './live-feed.ts'

interface Bound {
  readonly values: LiveValues
  readonly name: string
  readonly class?: string
}

/** A text that `live.js` keeps up to date. */
export function LiveText({ values, name, ...rest }: Bound): JSX.Element {
  return (
    <span data-text={name} {...rest}>
      {values[name]}
    </span>
  )
}

/** What is there only while the value holds; `live.js` shows and hides it. */
export function LiveBlock(props: Bound & { readonly children: ComponentChildren }): JSX.Element {
  const { values, name, children, ...rest } = props
  return (
    <div data-show={name} hidden={values[name] !== true && !values[name]} {...rest}>
      {children}
    </div>
  )
}
