import { describe, expect, test } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import { createConfig, DEFAULT_SERVICE } from '../../src/config/config.ts'
import type { NextConfig } from '../../src/config/next-config.ts'
import { nextConfig } from '../../src/config/next-config.ts'
import { parseFiles } from '../../src/config/parse-config.ts'

const ONE = '+15005550001'
const TWO = '+15005550002'
const THREE = '+15005550003'

/** A customer file with these numbers; `broken` has a key nobody knows. */
const file = (numbers: readonly string[], { says = 'Hello.', broken = false } = {}): string =>
  `customer: ${says}\nnumbers: ${JSON.stringify(numbers)}\nagent: { instructions: ${says} }\n` +
  (broken ? 'colour: red\n' : '')

type Files = Readonly<Record<string, string>>

const after = (now: Config, files: Files, service?: string): NextConfig =>
  nextConfig(
    now,
    parseFiles({
      ...(service === undefined ? {} : { service: { path: 'config/tandem.yaml', text: service } }),
      customers: Object.entries(files).map(([id, text]) => ({
        path: `config/customers/${id}.yaml`,
        text,
      })),
      readKnowledge: () => undefined,
    }),
  )

const start = (files: Files): Config => after(createConfig(DEFAULT_SERVICE, []), files).config

/** Who answers what with which instructions: `{ '+15005550001': 'a: Hello.' }`. */
const lines = ({ customers }: Config): Readonly<Record<string, string>> =>
  Object.fromEntries(
    customers.flatMap(({ id, numbers, agent }) =>
      numbers.map((number) => [number, `${id}: ${agent.instructions}`])
    ),
  )

const messages = ({ problems }: NextConfig) => problems.map((it) => `${it.file} ${it.message}`)

test('a changed file gives its customer a new version, the others keep theirs', () => {
  const now = start({ a: file([ONE]), b: file([TWO]) })
  const next = after(now, { a: file([ONE], { says: 'Hi.' }), b: file([TWO]) })
  expect(lines(next.config)).toEqual({ [ONE]: 'a: Hi.', [TWO]: 'b: Hello.' })
  expect([next.added, next.changed, next.removed, next.kept]).toEqual([[], ['a'], [], []])
})

test('a call that is up keeps the version it began with', () => {
  const now = start({ a: file([ONE]) })
  const answering = now.lineOf(ONE)
  after(now, { a: file([ONE], { says: 'Hi.' }) })
  expect(answering?.customer.agent.instructions).toBe('Hello.')
  expect(now.lineOf(ONE)).toBe(answering)
})

test('a broken file keeps the version before, the others get their new one', () => {
  const now = start({ a: file([ONE]), b: file([TWO]) })
  const next = after(now, {
    a: file([ONE], { says: 'Hi.', broken: true }),
    b: file([TWO], { says: 'Hi.' }),
  })
  expect(lines(next.config)).toEqual({ [ONE]: 'a: Hello.', [TWO]: 'b: Hi.' })
  expect([next.changed, next.kept]).toEqual([['b'], ['a']])
  expect(messages(next)).toEqual(['config/customers/a.yaml unknown key "colour"'])
})

test('a file that is only wrong in what it means is broken too', () => {
  const now = start({ a: file([ONE]) })
  const next = after(now, {
    a: `customer: A\nnumbers: ["${ONE}"]\nagent: { instructions: Hi., voice: onyx }\n`,
  })
  expect(lines(next.config)).toEqual({ [ONE]: 'a: Hello.' })
  expect(next.kept).toEqual(['a'])
})

test('a mended file is taken, with nothing left to tell', () => {
  const now = start({ a: file([ONE]) })
  const broken = after(now, { a: file([ONE], { broken: true }) })
  const mended = after(broken.config, { a: file([ONE], { says: 'Hi.' }) })
  expect(lines(mended.config)).toEqual({ [ONE]: 'a: Hi.' })
  expect([mended.kept, mended.problems]).toEqual([[], []])
})

test('a new file brings a customer, a deleted one takes it away', () => {
  const now = start({ a: file([ONE]) })
  const next = after(now, { b: file([TWO]) })
  expect(lines(next.config)).toEqual({ [TWO]: 'b: Hello.' })
  expect([next.added, next.removed]).toEqual([['b'], ['a']])
})

test('a broken service file keeps the settings before', () => {
  const now = after(start({ a: file([ONE]) }), { a: file([ONE]) }, 'capacity: 20\n').config
  const broken = after(now, { a: file([ONE]) }, 'capacity: [\n')
  expect([broken.config.service.capacity, broken.serviceChanged]).toEqual([20, false])
  expect(broken.problems[0].file).toBe('config/tandem.yaml')
  const gone = after(now, { a: file([ONE]) })
  expect([gone.config.service.capacity, gone.serviceChanged]).toEqual([200, true])
})

describe('a renamed file', () => {
  test('takes the numbers along', () => {
    const next = after(start({ a: file([ONE]) }), { b: file([ONE]) })
    expect(lines(next.config)).toEqual({ [ONE]: 'b: Hello.' })
    expect(next.problems).toEqual([])
  })

  test('that is broken under its new name leaves the old customer answering', () => {
    const next = after(start({ a: file([ONE]) }), { b: file([ONE], { broken: true }) })
    expect(lines(next.config)).toEqual({ [ONE]: 'a: Hello.' })
    expect([next.kept, next.removed]).toEqual([['a'], []])
  })

  test('that asks for a number of somebody else as well leaves the old customer answering', () => {
    const now = start({ a: file([ONE]), c: file([TWO]) })
    const next = after(now, { b: file([ONE, TWO]), c: file([TWO]) })
    expect(lines(next.config)).toEqual({ [ONE]: 'a: Hello.', [TWO]: 'c: Hello.' })
  })

  test('is not mistaken for another one that is broken', () => {
    const now = start({ a: file([ONE]), b: file([TWO]) })
    const next = after(now, { c: file([ONE], { says: 'Hi.' }), d: file([TWO], { broken: true }) })
    expect(lines(next.config)).toEqual({ [ONE]: 'c: Hi.', [TWO]: 'b: Hello.' })
    expect([next.removed, next.kept]).toEqual([['a'], ['b']])
  })
})

describe('a number that changes hands', () => {
  test('does so when both files are well', () => {
    const now = start({ a: file([ONE, TWO]), b: file([THREE]) })
    const next = after(now, { a: file([ONE]), b: file([TWO, THREE]) })
    expect(lines(next.config)).toEqual({
      [ONE]: 'a: Hello.',
      [TWO]: 'b: Hello.',
      [THREE]: 'b: Hello.',
    })
  })

  test('may be swapped for another', () => {
    const next = after(start({ a: file([ONE]), b: file([TWO]) }), {
      a: file([TWO]),
      b: file([ONE]),
    })
    expect(lines(next.config)).toEqual({ [TWO]: 'a: Hello.', [ONE]: 'b: Hello.' })
    expect(next.problems).toEqual([])
  })

  test('stays with its owner until the owner gives it up', () => {
    const now = start({ a: file([ONE]), b: file([TWO]) })
    const both = after(now, { a: file([ONE]), b: file([ONE, TWO], { says: 'Hi.' }) })
    expect(lines(both.config)).toEqual({ [ONE]: 'a: Hello.', [TWO]: 'b: Hello.' })
    expect(both.kept).toEqual(['b'])
    expect(messages(both)).toEqual([
      `config/customers/b.yaml ${ONE} already belongs to Hello. (config/customers/a.yaml)`,
    ])
    const given = after(both.config, { a: file([THREE]), b: file([ONE, TWO], { says: 'Hi.' }) })
    expect(lines(given.config)).toEqual({ [THREE]: 'a: Hello.', [ONE]: 'b: Hi.', [TWO]: 'b: Hi.' })
    expect(given.problems).toEqual([])
  })

  test('stays when the file that gives it up is broken', () => {
    const now = start({ a: file([ONE, TWO]), b: file([THREE]) })
    const next = after(now, { a: file([ONE], { broken: true }), b: file([TWO, THREE]) })
    expect(lines(next.config)).toEqual({
      [ONE]: 'a: Hello.',
      [TWO]: 'a: Hello.',
      [THREE]: 'b: Hello.',
    })
    expect(next.problems.map((it) => it.code)).toEqual(['unknown-key', 'number-taken'])
  })

  test('and one refusal may cause the next, down the row', () => {
    const now = start({ a: file([ONE]), b: file([TWO]), c: file([THREE]) })
    // c wants TWO from b, which wants ONE from a, which does not give it up.
    const next = after(now, { a: file([ONE]), b: file([ONE]), c: file([TWO]) })
    expect(lines(next.config)).toEqual({
      [ONE]: 'a: Hello.',
      [TWO]: 'b: Hello.',
      [THREE]: 'c: Hello.',
    })
    expect(next.kept).toEqual(['b', 'c'])
  })

  test('goes to nobody when two new files want it', () => {
    const next = after(start({ a: file([ONE]) }), {
      a: file([ONE]),
      b: file([TWO]),
      c: file([TWO]),
    })
    expect(lines(next.config)).toEqual({ [ONE]: 'a: Hello.' })
    expect(next.problems.map((it) => `${it.file} ${it.code}`)).toEqual([
      'config/customers/b.yaml number-taken',
      'config/customers/c.yaml number-taken',
    ])
  })
})
