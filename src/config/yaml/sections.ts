/** Which keys a file may have where, taken from its schema, for telling an operator what a misspelt or misplaced key was meant to be. */
import { z } from 'zod'
import type { KeyPath } from '../problem.ts'
import { pathText } from '../problem.ts'
import { nearest } from './spelling.ts'

type JsonSchema = z.core.JSONSchema.JSONSchema

/** Suggests what to do about an unknown key at a path: another spelling, or the group it belongs to. */
export type Suggest = (path: KeyPath, key: string) => { hint?: string }

/** Makes the suggestions of a schema; the schema is walked once, at the first mistake. */
export const createSuggest = (schema: z.ZodType): Suggest => {
  let groups: Groups | undefined
  return (path, key) => {
    groups ??= groupsOf(z.toJSONSchema(schema, { io: 'input' }))
    const here = keysAt(groups, pattern(path))
    const meant = nearest(key, here)
    if (meant !== undefined) return { hint: `did you mean "${meant}"?` }
    const elsewhere = [...groups].find(([, keys]) => keys.includes(key))
    if (elsewhere) return { hint: `${key} belongs ${placeName(elsewhere[0])}` }
    return here.length ? { hint: `the keys here are ${here.join(', ')}` } : {}
  }
}

/** The keys of a group; in a path `*` stands for a name that the operator gives. */
const keysAt = (groups: Groups, path: string): readonly string[] => {
  const steps = path.split('.')
  const matches = ([group]: readonly [string, unknown]) => {
    const known = group.split('.')
    return known.length === steps.length &&
      known.every((step, at) => step === '*' || step === steps[at])
  }
  return groups.get(path) ?? [...groups].find(matches)?.[1] ?? []
}

type Groups = ReadonlyMap<string, readonly string[]>

const placeName = (group: string): string => group ? `under ${group}` : 'at the top of the file'

/** Groups by their path; the entries of a list share one: `knowledge[]`. */
const groupsOf = (schema: JsonSchema): Groups => {
  const groups = new Map<string, readonly string[]>()
  const walk = (node: JsonSchema | boolean, path: string) => {
    if (typeof node === 'boolean') return
    for (const choice of node.anyOf ?? []) walk(choice, path)
    if (typeof node.additionalProperties === 'object') walk(node.additionalProperties, `${path}.*`)
    if (node.items !== undefined && !Array.isArray(node.items)) walk(node.items, `${path}[]`)
    if (!node.properties) return
    groups.set(path, Object.keys(node.properties))
    for (const [key, value] of Object.entries(node.properties)) {
      walk(value, path ? `${path}.${key}` : key)
    }
  }
  walk(schema, '')
  return groups
}

const pattern = (path: KeyPath): string => pathText(path).replace(/\[\d+\]/g, '[]')
