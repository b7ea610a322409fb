// Two composers, and a gateway that plans and asks: all by others. A vendor's graph answers here, beside them.
import readline from 'node:readline'
import { parse } from 'graphql'
import { composeServices } from '@apollo/composition'
import { federateSubgraphs, ROUTER_COMPATIBILITY_VERSION_ONE } from '@wundergraph/composition'
import { ApolloGateway, LocalGraphQLDataSource, RemoteGraphQLDataSource } from '@apollo/gateway'
import { buildSubgraphSchema } from '@apollo/subgraph'

const timetables = new Map() // of the vendor: by the identifier of a child

function vendor (sdl) {
  return buildSubgraphSchema({
    typeDefs: parse(sdl),
    resolvers: {
      Query: { lessonsAt: () => [...timetables.keys()].map((id) => ({ room: 'B12', pupil: { __typename: 'Child', id } })) },
      Child: { courses: (child) => (timetables.get(child.id) ?? []).map((subject) => ({ subject })) }
    }
  })
}

const acts = {
  async compose_apollo ({ graphs }) {
    const done = composeServices(graphs.map(({ name, sdl }) => ({ name, typeDefs: parse(sdl), url: 'http://unused.invalid' })))
    return { errors: (done.errors ?? []).map((one) => one.message), supergraph: done.supergraphSdl ?? null }
  },
  async compose_wundergraph ({ graphs }) {
    const subgraphs = graphs.map(({ name, sdl }) => ({ name, definitions: parse(sdl), url: 'http://unused.invalid' }))
    const done = federateSubgraphs({ subgraphs, version: ROUTER_COMPATIBILITY_VERSION_ONE })
    return { errors: (done.errors ?? []).map((one) => one.message), fields: [...(done.fieldConfigurations ?? [])].length }
  },
  async ask ({ supergraph, ours, theirs, address, headers, query, lessons }) {
    timetables.clear()
    for (const [id, subjects] of Object.entries(lessons)) timetables.set(id, subjects)
    const sent = []
    const gateway = new ApolloGateway({
      supergraphSdl: supergraph,
      buildService: ({ name }) => {
        if (name === theirs.name) return new LocalGraphQLDataSource(vendor(theirs.sdl))
        return new RemoteGraphQLDataSource({
          url: address,
          willSendRequest ({ request }) {
            sent.push(request.query)
            for (const [header, value] of Object.entries(headers)) request.http.headers.set(header, value)
          }
        })
      }
    })
    const { executor } = await gateway.load()
    const result = await executor({
      document: parse(query),
      request: { query, variables: {} },
      queryHash: query,
      context: {},
      cache: { get: async () => undefined, set: async () => {}, delete: async () => {} },
      logger: console,
      metrics: {},
      operationName: null,
      operation: parse(query).definitions[0],
      schema: gateway.schema,
      source: query
    })
    await gateway.stop()
    return { data: result.data ?? null, errors: (result.errors ?? []).map((one) => one.message), sent }
  }
}

console.log = console.error // the answers alone go to the output
for await (const line of readline.createInterface({ input: process.stdin })) {
  const { act, ...asked } = JSON.parse(line)
  let answer
  try {
    answer = await acts[act](asked)
  } catch (error) {
    answer = { error: String(error.message ?? error) }
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
