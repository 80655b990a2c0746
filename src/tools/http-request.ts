/**
 * The request of an HTTP tool, from its templates and the arguments of the model. What the model says is data wherever it goes: it
 * cannot leave its place in the path, add a header or choose another host.
 */
import { parseTemplate, type Slot } from '../config/values/templates.ts'
import type { HttpRequestConfig } from '../config/tools.ts'
import { ToolError } from '../errors.ts'
import { fill, filling, type Fillings } from './fill.ts'
import type { Arguments } from './tool.ts'

/** A request that is ready to be sent, but for its signature. */
export type ReadyRequest = Readonly<{
  method: string
  url: string
  headers: Readonly<Record<string, string>>
  body?: string
}>

/** Writes the request. Throws a `ToolError` when something that it needs is not there or cannot stand where it is to. */
export const writeRequest = (
  config: HttpRequestConfig,
  given: Arguments,
  fillings: Fillings,
): ReadyRequest => {
  const used = new Set<string>()
  const [whole, path, query] = /^([^?]*)\??(.*)$/s.exec(config.url) ?? ['', config.url, '']
  const segments = path.split('/').map((segment) => writeSegment(segment, given, fillings, used))
  const pairs = whole.includes('?') ? writeQuery(query, given, fillings, used) : []
  const left = Object.entries(given).filter(([name]) => !used.has(name))
  const hasBody = config.method !== 'GET' && config.method !== 'DELETE'
  const search = hasBody ? pairs : [...pairs, ...left.flatMap(asPairs)]
  const fields = Object.entries(config.body).map(([name, value]) =>
    [name, typeof value === 'string' ? fill(value, fillings) : value] as const
  )
  return {
    method: config.method,
    url: segments.join('/') + (search.length ? `?${search.join('&')}` : ''),
    headers: {
      accept: 'application/json, text/*',
      ...(hasBody ? { 'content-type': 'application/json' } : {}),
      ...Object.fromEntries(
        Object.entries(config.headers).map(([name, value]) =>
          [name.toLowerCase(), fill(value, fillings)] as const
        ),
      ),
    },
    // What the file says is not the model's to change.
    ...(hasBody ? { body: JSON.stringify({ ...Object.fromEntries([...left, ...fields]) }) } : {}),
  }
}

const writeSegment = (
  template: string,
  given: Arguments,
  fillings: Fillings,
  used: Set<string>,
): string => {
  const parts = parseTemplate(template, true)
  const texts = parts.map((part) => {
    if (typeof part === 'string') return part
    return encodeURIComponent(wellFormed(segmentValue(part, given, fillings, used)))
  })
  const segment = texts.join('')
  // "." and ".." are steps to the parser of URLs, however they came about.
  if (parts.some((part) => typeof part !== 'string') && /^\.{0,2}$/.test(segment)) {
    throw new ToolError('bad-argument', `${namesOf(parts)} must not be empty or dots.`)
  }
  return segment
}

const segmentValue = (
  slot: Slot,
  given: Arguments,
  fillings: Fillings,
  used: Set<string>,
): string => {
  if (slot.kind !== 'parameter') return filling(slot.kind, slot.name, fillings)
  used.add(slot.name)
  const value = textOf(given[slot.name])
  if (value === undefined) throw new ToolError('bad-argument', `${slot.name} is missing.`)
  // Many servers and proxies take an encoded slash for a slash.
  if (value.split(/[/\\]/).some((step) => /^\.{1,2}$/.test(step)) && /[/\\]/.test(value)) {
    throw new ToolError('bad-argument', `${slot.name} must not be a path.`)
  }
  return value
}

const namesOf = (parts: readonly (string | Slot)[]): string =>
  parts.flatMap((part) => typeof part === 'string' ? [] : [part.name]).join(', ')

/** The query as the file has it; a pair whose parameter is absent is left out. */
const writeQuery = (
  template: string,
  given: Arguments,
  fillings: Fillings,
  used: Set<string>,
): readonly string[] =>
  template.split('&').filter((pair) => pair !== '').flatMap((pair) => {
    let isAbsent = false
    const text = parseTemplate(pair, true).map((part) => {
      if (typeof part === 'string') return part
      if (part.kind !== 'parameter') {
        return encodeURIComponent(wellFormed(filling(part.kind, part.name, fillings)))
      }
      used.add(part.name)
      const value = textOf(given[part.name])
      isAbsent ||= value === undefined
      return encodeURIComponent(wellFormed(value ?? ''))
    }).join('')
    return isAbsent ? [] : [text]
  })

/** A list is the same name several times. */
const asPairs = ([name, value]: readonly [string, unknown]): readonly string[] =>
  (Array.isArray(value) ? value : [value]).flatMap((each) => {
    const text = textOf(each)
    if (text === undefined) return []
    return [`${encodeURIComponent(name)}=${encodeURIComponent(wellFormed(text))}`]
  })

const textOf = (value: unknown): string | undefined => {
  if (value === undefined || value === null) return undefined
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

// Half a surrogate pair, which JSON can hold, would make `encodeURIComponent` throw.
const wellFormed = (text: string): string => text.toWellFormed()
