/**
 * Texts with something to be filled in: `${env:NAME}` from the environment, `${keypad:NAME}` from the caller's keypad, and in URLs
 * `{name}` from the arguments of a tool.
 */
import type { Finding } from '../problem.ts'

/** Whether the environment has a variable that is not empty. */
export type HasVariable = (name: string) => boolean

/** A place in a template: what it stands for, and its name. */
export type Slot = Readonly<{ kind: 'env' | 'keypad' | 'parameter'; name: string }>

/** A template in its parts: texts, and what stands between them. */
export type Template = readonly (string | Slot)[]

const SLOT = /\$\{(env|keypad):([^}]*)\}|\{([^{}]*)\}/g

/** Takes a template apart. `{name}` is a text like any other unless `withParameters`. */
export const parseTemplate = (text: string, withParameters = false): Template => {
  const parts: (string | Slot)[] = []
  let end = 0
  for (const { 0: whole, 1: kind, 2: name, 3: parameter, index } of text.matchAll(SLOT)) {
    if (parameter !== undefined && !withParameters) continue
    if (index > end) parts.push(text.slice(end, index))
    if (parameter !== undefined) parts.push({ kind: 'parameter', name: parameter })
    else parts.push({ kind: kind === 'env' ? 'env' : 'keypad', name })
    end = index + whole.length
  }
  if (end < text.length) parts.push(text.slice(end))
  return parts
}

/** The places of a template. */
export const slotsOf = (template: Template): readonly Slot[] =>
  template.filter((part) => typeof part !== 'string')

/** Says what is wrong with the variables that a text refers to. */
export const checkVariables = (text: string, hasVariable: HasVariable): Finding | undefined => {
  for (const { kind, name } of slotsOf(parseTemplate(text))) {
    const finding = kind === 'env' ? checkVariable(name, hasVariable) : undefined
    if (finding) return finding
  }
  return /\$\{(?!(env|keypad):)/.test(text) ? UNKNOWN_SLOT : undefined
}

const UNKNOWN_SLOT: Finding = {
  code: 'invalid-value',
  message: 'a "${" that is neither ${env:NAME} nor ${keypad:NAME}',
  hint: 'write ${env:NAME} for a variable of the environment',
}

const checkVariable = (name: string, hasVariable: HasVariable): Finding | undefined => {
  if (!/^[A-Z][A-Z0-9_]*$/.test(name)) {
    return {
      code: 'invalid-variable',
      message: `"${name}" is no name of a variable that a file may use`,
      hint: 'such a name has capital letters, digits and _ only',
    }
  }
  if (isServiceVariable(name)) {
    return {
      code: 'invalid-variable',
      message: `${name} belongs to the service; a customer file may not use it`,
      hint: 'give the variable of a customer a name of its own',
    }
  }
  return hasVariable(name) ? undefined : {
    code: 'missing-variable',
    message: `the environment has no variable ${name}`,
    hint: `set ${name} before the service starts`,
  }
}

/**
 * Whether a variable holds a secret of the service or of its platform. Who writes a customer file chooses where requests go, and
 * must not be able to send those there.
 */
const isServiceVariable = (name: string): boolean =>
  /^(TANDEM|OPENAI|TWILIO|AWS|FLY)_|^DATABASE_URL$/.test(name)
