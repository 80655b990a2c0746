/**
 * Holds a YAML file against its schema: which keys there are and what kind of value each has. Zod's issues become problems in
 * words an operator uses, at the line they are about.
 */
import type { z } from 'zod'
import type { KeyPath, Problem } from '../problem.ts'
import { pathText } from '../problem.ts'
import type { Suggest } from './sections.ts'
import { didYouMean } from './spelling.ts'
import type { YamlFile } from './yaml-file.ts'
import { isGroup } from './yaml-file.ts'

type Issue = z.core.$ZodIssue

/** The value of the file when it fits, else everything that does not. */
export type Shape<T> =
  | Readonly<{ fits: true; value: T }>
  | Readonly<{ fits: false; problems: readonly Problem[] }>

/** Checks the shape of a file. Reports all that is wrong, not only the first. */
export const checkShape = <T>(
  yaml: YamlFile,
  schema: z.ZodType<T>,
  suggest: Suggest,
): Shape<T> => {
  // Zod would make code for each schema first, which costs more than a few files ever give back.
  const result = schema.safeParse(yaml.value, { jitless: true })
  if (result.success) return { fits: true, value: result.data }
  return {
    fits: false,
    problems: result.error.issues.flatMap((issue) => describe(yaml, suggest, [], issue)),
  }
}

const describe = (yaml: YamlFile, suggest: Suggest, above: KeyPath, issue: Issue): Problem[] => {
  const path = [...above, ...issue.path.map((step) => typeof step === 'symbol' ? '' : step)]
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(yaml, suggest, path, key))
    case 'invalid_union': {
      const choice = nearestChoice(issue.errors)
      if (choice) return choice.flatMap((inner) => describe(yaml, suggest, path, inner))
      const words = typeof yaml.at(path) === 'string' ? soleWords(issue.errors) : undefined
      if (words) return [wrongValue(yaml, path, words)]
      return [wrongType(yaml, path, issue.errors.flat().map(expectedBy))]
    }
    case 'invalid_type':
      return [wrongType(yaml, path, [expectedBy(issue)])]
    case 'invalid_value':
      return [wrongValue(yaml, path, issue.values.map(String))]
    case 'too_small':
    case 'too_big':
      return [outOfRange(yaml, path, issue)]
    default:
      return [
        yaml.problem(path, { code: 'invalid-value', message: `${name(path)}: ${issue.message}` }),
      ]
  }
}

const unknownKey = (yaml: YamlFile, suggest: Suggest, path: KeyPath, key: string): Problem => {
  const where = path.length ? ` in ${pathText(path)}` : ''
  const finding = { code: 'unknown-key', message: `unknown key "${key}"${where}` } as const
  return yaml.problem([...path, key], { ...finding, ...suggest(path, key) }, 'key')
}

const wrongType = (yaml: YamlFile, path: KeyPath, expected: readonly string[]): Problem => {
  const value = yaml.at(path)
  if (value === undefined && path.length) {
    return yaml.problem(path, { code: 'missing-key', message: `${name(path)} is missing` })
  }
  if (value === null) {
    const hint = 'write one, or remove the key'
    return yaml.problem(path, { code: 'wrong-type', message: `${name(path)} has no value`, hint })
  }
  const written = yaml.written(path)
  const wanted = either([...new Set(expected)])
  if (expected.includes('text') && written !== undefined) {
    return yaml.problem(path, {
      code: 'not-quoted',
      message: `${name(path)} must be text, but YAML reads ${written} as ${received(value)}`,
      hint: `put it in quotes: "${written}"`,
    })
  }
  return yaml.problem(path, {
    code: 'wrong-type',
    message: `${name(path)} must be ${wanted}, got ${received(value)}`,
    ...(wanted === 'a list' && written ? { hint: `write it as a list: ["${written}"]` } : {}),
  })
}

const wrongValue = (yaml: YamlFile, path: KeyPath, allowed: readonly string[]): Problem => {
  const value = yaml.at(path)
  const message = `${name(path)} must be ${either(allowed)}, got ${received(value)}`
  const meant = typeof value === 'string' ? didYouMean(value, allowed) : {}
  return yaml.problem(path, { code: 'invalid-value', message, ...meant })
}

type SizeIssue = z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig

const outOfRange = (yaml: YamlFile, path: KeyPath, issue: SizeIssue): Problem => {
  const value = yaml.at(path)
  const limit = issue.code === 'too_small'
    ? `at least ${issue.minimum}`
    : `at most ${issue.maximum}`
  const message = typeof value === 'number'
    ? `${name(path)} must be ${limit}, got ${value}`
    : `${name(path)} must not be empty`
  return yaml.problem(path, { code: 'out-of-range', message })
}

/** The choice that the value was an attempt at: the one whose kind it has. */
const nearestChoice = (choices: readonly (readonly Issue[])[]): readonly Issue[] | undefined =>
  choices.find((issues) =>
    issues.every(({ code, path }) =>
      path.length > 0 || (code !== 'invalid_type' && code !== 'invalid_value')
    )
  )

/** The words that a value may be, where the only other choice is a group of keys. */
const soleWords = (choices: readonly (readonly Issue[])[]): readonly string[] | undefined => {
  const [words, group] = choices.flat()
  const isWordsOrGroup = choices.flat().length === 2 && words.code === 'invalid_value' &&
    group.code === 'invalid_type' && group.expected === 'object'
  return isWordsOrGroup ? words.values.map(String) : undefined
}

const expectedBy = (issue: Issue): string => {
  if (issue.code === 'invalid_value') return issue.values.join(' or ')
  return issue.code === 'invalid_type' ? KINDS.get(issue.expected) ?? issue.expected : issue.message
}

const KINDS: ReadonlyMap<string, string> = new Map([
  ['string', 'text'],
  ['number', 'a number'],
  ['int', 'a whole number'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['object', 'a group of keys'],
])

const either = (words: readonly string[]): string =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]}`

const name = (path: KeyPath): string => pathText(path) || 'the file'

const received = (value: unknown): string => {
  if (Array.isArray(value)) return 'a list'
  if (isGroup(value)) return 'a group of keys'
  if (typeof value === 'string') {
    return `"${value.length > 40 ? `${value.slice(0, 40)}...` : value}"`
  }
  return typeof value === 'number' ? `the number ${value}` : String(value)
}
