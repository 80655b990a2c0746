/** Fills in the templates of a customer file: variables of the environment, and what the caller entered on the keypad. */
import { parseTemplate } from '../config/values/templates.ts'
import { ToolError } from '../errors.ts'

/** Where the values of a template come from. */
export type Fillings = Readonly<{
  /** Gives a variable of the environment. */
  variable: (name: string) => string | undefined
  /** What the caller entered on the keypad, by name. */
  secrets: Readonly<Record<string, string>>
}>

/** Fills in a text. Throws a `ToolError` when a value is not there. */
export const fill = (text: string, fillings: Fillings): string =>
  parseTemplate(text)
    .map((part) => typeof part === 'string' ? part : filling(part.kind, part.name, fillings))
    .join('')

/** Gives the value of one place of a template, or throws a `ToolError`. */
export const filling = (
  kind: 'env' | 'keypad' | 'parameter',
  name: string,
  { variable, secrets }: Fillings,
): string => {
  if (kind === 'keypad') {
    if (Object.hasOwn(secrets, name)) return secrets[name]
    throw new ToolError(
      'not-entered',
      `The caller has not entered "${name}" on the keypad yet. Ask for it first.`,
    )
  }
  // One that was read from a file often ends in a line break.
  const value = variable(name)?.trim()
  if (value) return value
  // It was there when the file was read: the process was given another environment since, which cannot be.
  throw new ToolError('missing-variable', 'This tool is not set up. Tell the caller so.')
}
