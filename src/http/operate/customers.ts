/** The configuration as it is served: customers, their numbers, and what would be wrong with another file. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Config } from '../../config/config.ts'
import type { Problem } from '../../config/problem.ts'
import { problemResponse } from '../problem.ts'
import { answer, asked, createRoutes, problem, refusal } from '../record/answers.ts'
import {
  customerJson,
  customerSchema,
  numberSchema,
  numbersJson,
  wholeCustomerJson,
  wholeCustomerSchema,
} from './customer-json.ts'

export type CustomerOptions = Readonly<{
  config: () => Config
  /** Says what is wrong with the text of a customer's file. */
  checkCustomer: (id: string, text: string) => Promise<readonly Problem[]>
  /** Seconds since the epoch. */
  nowS: () => number
}>

const SMALLEST = `customer: Casa do Mar
numbers: ["+15005550008"]
agent:
  instructions: You answer the phone of a restaurant.
`

const listRoute = createRoute({
  method: 'get',
  path: '/customers',
  operationId: 'listCustomers',
  tags: ['Customers'],
  summary: 'The customers that are served',
  responses: { 200: answer(z.object({ customers: z.array(customerSchema) }), 'All of them.') },
})

const customerRoute = createRoute({
  method: 'get',
  path: '/customers/{id}',
  operationId: 'getCustomer',
  tags: ['Customers'],
  summary: 'One customer: agents, destinations, hours, what is kept; never a secret',
  request: {
    params: z.object({
      id: z.string().openapi({ param: { name: 'id', in: 'path' }, example: 'bright-smile' }),
    }),
  },
  responses: {
    200: answer(wholeCustomerSchema, 'The customer.'),
    404: problem('No such customer.'),
  },
})

const numbersRoute = createRoute({
  method: 'get',
  path: '/numbers',
  operationId: 'listNumbers',
  tags: ['Customers'],
  summary: 'The phone numbers, and who answers each',
  request: { query: z.object({ customer: asked.customer }) },
  responses: { 200: answer(z.object({ numbers: z.array(numberSchema) }), 'All of them.') },
})

const ID = /^[a-z0-9][a-z0-9-]{0,63}$/

const problemInFileSchema = z.object({
  severity: z.enum(['error', 'warning']),
  code: z.string(),
  line: z.int().min(1),
  column: z.int().min(1),
  path: z.string().openapi({ description: 'The key: `agent.voice`; empty for the whole file.' }),
  message: z.string(),
  hint: z.string().optional(),
}).openapi('ProblemInFile')

const validateRoute = createRoute({
  method: 'post',
  path: '/customers/validate',
  operationId: 'validateCustomer',
  tags: ['Customers'],
  summary: 'What would be wrong with a customer file',
  description:
    'Says what `tandem check` would; nothing is changed. Numbers of other customers count as taken; files that it names are looked for where its own would be.',
  request: {
    query: z.object({
      id: z.string().regex(ID).default('customer').openapi({
        description: 'The name of the file without `.yaml`.',
        example: 'casa-do-mar',
      }),
    }),
    body: {
      required: true,
      content: { 'application/yaml': { schema: z.string().openapi({ example: SMALLEST }) } },
    },
  },
  responses: {
    200: answer(
      z.object({ valid: z.boolean(), problems: z.array(problemInFileSchema) }),
      'Whether it would be served, and all that is to be said of it, from top to bottom.',
    ),
    400: problem('`id` is no name of a file.'),
    413: problem('The file is too long.'),
  },
})

/** Makes the routes of customers. */
export const customerRoutes = ({ config, checkCustomer, nowS }: CustomerOptions): OpenAPIHono => {
  const api = createRoutes()
  const wallMs = () => nowS() * 1000

  api.openapi(listRoute, (c) => {
    const customers = config().customers.map((each) => customerJson(each, wallMs()))
    return c.json({ customers }, 200)
  })

  api.openapi(customerRoute, (c) => {
    const { id } = c.req.valid('param')
    const customer = config().customers.find((each) => each.id === id)
    if (!customer) throw refusal({ title: 'no such customer', status: 404 })
    return c.json(wholeCustomerJson(customer, wallMs()), 200)
  })

  api.openapi(numbersRoute, (c) => {
    const { customer } = c.req.valid('query')
    const numbers = config().customers
      .filter(({ id }) => customer === undefined || id === customer)
      .flatMap((each) => numbersJson(each, wallMs()))
    return c.json({ numbers }, 200)
  })

  // The text comes as it is, whatever type it is said to have.
  api.openAPIRegistry.registerPath(validateRoute)
  api.post('/customers/validate', async (c) => {
    const id = c.req.query('id') ?? 'customer'
    if (!ID.test(id)) return problemResponse({ title: 'id is no name of a file', status: 400 })
    const found = await checkCustomer(id, await c.req.text())
    return c.json({
      valid: found.every(({ severity }) => severity !== 'error'),
      problems: found.map(({ file: _, ...each }) => each),
    })
  })

  return api
}
