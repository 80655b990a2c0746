/** The document of the API: a validator takes it, and each operation answers its own examples as it says it would. */
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import type { OutboundCall } from '../../src/outbound/entry.ts'
import { CALL, createApi, STORY } from './api-fixture.ts'

type Schema = Readonly<{
  $ref?: string
  example?: unknown
  properties?: Readonly<Record<string, Schema>>
}>
type Content = Readonly<Record<string, Readonly<{ schema: Schema }>>>
type Parameter = Readonly<{ name: string; in: string; schema: Schema }>
type Operation = Readonly<{
  parameters?: readonly Parameter[]
  requestBody?: Readonly<{ content: Content }>
  responses: Readonly<Record<string, Readonly<{ content: Content }>>>
}>
type ApiDocument = Readonly<{
  openapi: string
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  components: Readonly<{ schemas: Readonly<Record<string, Schema>> }>
}>

const PLACED: OutboundCall = {
  id: 'out-5f0c9d8e',
  status: 'ringing',
  to: '+15550001111',
  line: '+15005550006',
  customer: 'bright-smile',
  metadata: {},
  askedAt: 0,
}

/** The API with all that its examples ask about. */
const createExampleApi = async () => {
  const api = await createApi(STORY, {
    outbound: {
      place: () => Promise.resolve(PLACED),
      get: () => PLACED,
      cancel: () => Promise.resolve(PLACED),
      answered: () => Promise.resolve(undefined),
      progressed: () => Promise.resolve(),
      detected: () => {},
    },
  })
  api.exchange.told.set(CALL, [
    { type: 'ended', atMs: 9_120, reason: 'caller-hung-up', durationMs: 9_120 },
  ])
  return api
}

const readDocument = async (app: Awaited<ReturnType<typeof createApi>>['app']) => {
  const document: ApiDocument = await (await app.request('/api/v1/openapi.json')).json()
  return document
}

const createExamples = ({ components }: ApiDocument) => {
  const schemaOf = (schema: Schema): Schema =>
    schema.$ref === undefined ? schema : components.schemas[schema.$ref.split('/').at(-1) ?? '']
  const bodyOf = ([type, { schema }]: [string, Content[string]]) => {
    const { example, properties = {} } = schemaOf(schema)
    const fields = Object.entries(properties).map(([name, each]) => [name, each.example])
    return { type, body: String(example ?? JSON.stringify(Object.fromEntries(fields))) }
  }
  const fits = (schema: Schema, body: unknown): string => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    const validate = ajv.compile({ ...schema, components })
    return validate(body) ? '' : ajv.errorsText(validate.errors)
  }
  return { bodyOf, fits }
}

test('a validator of OpenAPI 3.1 takes the document, which needs no token', async () => {
  const { app } = await createExampleApi()
  const document = await readDocument(app)
  expect(document.openapi).toBe('3.1.0')
  const { valid, errors } = await new Validator().validate({ ...document })
  expect(errors).toBeUndefined()
  expect(valid).toBe(true)
})

test('each operation answers its examples with what its schema says', async () => {
  const { app } = await createExampleApi()
  const document = await readDocument(app)
  const { bodyOf, fits } = createExamples(document)
  const answered: string[] = []
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const { parameters = [], requestBody, responses } = operation
      const filled = parameters.filter((each) => each.in === 'path').reduce(
        (left, { name, schema }) => left.replace(`{${name}}`, String(schema.example)),
        path,
      )
      const query = new URLSearchParams(
        parameters.filter((each) => each.in === 'query' && each.schema.example !== undefined)
          .map(({ name, schema }) => [name, String(schema.example)]),
      )
      const [content] = Object.entries(requestBody?.content ?? {}).map(bodyOf)
      const response = await app.request(`${filled}?${query}`, {
        method: method.toUpperCase(),
        headers: {
          authorization: 'Bearer token-admin',
          ...(content && { 'content-type': content.type }),
        },
        ...(content && { body: content.body }),
      })
      const told = responses[String(response.status)]
      const type = response.headers.get('content-type')?.split(';')[0] ?? ''
      const { schema } = told.content[type]
      const body = type === 'application/json' ? await response.json() : await response.text()
      const misfit = fits(schema, body)
      answered.push(`${method} ${path} ${response.status}${misfit && `: ${misfit}`}`)
    }
  }
  expect(answered).toEqual([
    'post /api/v1/calls 202',
    'get /api/v1/calls 200',
    'delete /api/v1/calls/{callSid} 200',
    'get /api/v1/calls/{callSid} 200',
    'get /api/v1/calls/{callSid}/transcript 200',
    'post /api/v1/calls/{callSid}/tags 200',
    'get /api/v1/calls/{callSid}/events 200',
    'post /api/v1/calls/{callSid}/end 202',
    'get /api/v1/calls/{callSid}/recording 200',
    'get /api/v1/lines 200',
    'get /api/v1/costs 200',
    'post /api/v1/forget 200',
    'get /api/v1/outbox 200',
    'post /api/v1/outbox/{id}/retry 200',
    'get /api/v1/customers 200',
    'get /api/v1/customers/{id} 200',
    'get /api/v1/numbers 200',
    'post /api/v1/customers/validate 200',
    'post /api/v1/voice-token 200',
    'get /api/v1/health 200',
    'post /api/v1/drain 202',
  ])
})

test('each operation says how it refuses, and with which body', async () => {
  const { app } = await createExampleApi()
  const { paths } = await readDocument(app)
  for (const operation of Object.values(paths).flatMap((each) => Object.values(each))) {
    const refusals = Object.entries(operation.responses).filter(([status]) => status >= '400')
    expect(refusals.map(([status]) => status)).toEqual(
      expect.arrayContaining(['401', '403', '429', '500']),
    )
    for (const [, { content }] of refusals) {
      expect(content).toEqual({
        'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
      })
    }
  }
})
