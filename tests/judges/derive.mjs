// Says what TypeScript types mean, by ts-json-schema-generator: for every module named on the command line a line of
// JSON with the schemas of its types and the table by which its client works. It knows nothing of contracts.
import {
  AnnotatedType, AnyType, DEFAULT_CONFIG, SchemaGenerator, createFormatter, createParser, createProgram,
} from "ts-json-schema-generator";
import ts from "typescript";

/** Types of the platform: how bodies are held that are no JSON, which no schema describes. */
const platform = {
  supportsNode: (node) => ts.isTypeReferenceNode(node) && ["Response", "Blob"].includes(node.typeName.getText()),
  createType: () => new AnyType(),
};

/** Tags refine what a type says, also further inside; by themselves they would take its place. */
const refining = (inner) => ({
  supportsType: (type) => type instanceof AnnotatedType,
  getDefinition: (type) => refined(inner.getDefinition(type.getType()), type.getAnnotations()),
  getChildren: (type) => inner.getChildren(type.getType()),
});

function refined(definition, tags) {
  const result = { ...definition };
  for (const [name, tag] of Object.entries(tags)) {
    const said = result[name];
    if (["items", "additionalProperties"].includes(name) && said && tag) result[name] = refined(said, tag);
    // `integer` is said of the number in `number | null`.
    else if (name === "type" && Array.isArray(said)) result.type = said.map((one) => (one === "number" ? tag : one));
    else result[name] = tag;
  }
  return result;
}

function derive(path) {
  const config = {
    ...DEFAULT_CONFIG,
    path,
    encodeRefs: false,
    // What is not said to be closed is open, in TypeScript as in a contract.
    additionalProperties: true,
    extraTags: ["additionalProperties", "items"],
    skipTypeCheck: true,
  };
  const program = createProgram(config);
  const parser = createParser(program, config, (chain) => chain.addNodeParser(platform));
  const formatter = (chain, circular) => chain.addTypeFormatter(refining(circular));
  const generator = new SchemaGenerator(program, parser, createFormatter(config, formatter), config);
  const source = program.getSourceFile(path);
  const isType = (node) => ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);
  const isExported = (node) => ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Export;
  const client = source.statements.find((node) => isType(node) && node.name.text === "Client");
  const types = source.statements.filter((node) => isType(node) && isExported(node) && !node.typeParameters);
  const names = types.map((node) => node.name.text);
  const own = ["ClientOptions", "CallOptions", "Client", "AnswerFormat", "HeaderFormat", "OperationFormat"];
  const { definitions } = generator.createSchema(names.filter((name) => !own.includes(name)));
  // What is written on the generic member says nothing of the type in its place.
  const answers = Object.keys(definitions).filter((name) => name.startsWith("Answer<"));
  answers.forEach((name) => delete definitions[name].properties.body.description);
  return { root: { definitions }, docs: docs(program.getTypeChecker(), client) };
}

/** What is written on the methods of the client. */
function docs(checker, client) {
  const entries = client.members.map((member) => {
    const symbol = checker.getSymbolAtLocation(member.name);
    const deprecated = symbol.getJsDocTags(checker).some((tag) => tag.name === "deprecated");
    return [member.name.text, { text: ts.displayPartsToString(symbol.getDocumentationComment(checker)), deprecated }];
  });
  return Object.fromEntries(entries);
}

/** The value of `operations`, which is data: the module is run without its types. */
async function table(path) {
  const text = ts.transpileModule(ts.sys.readFile(path), { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 } });
  const module = await import(`data:text/javascript,${encodeURIComponent(text.outputText)}`);
  return module.operations;
}

for (const path of process.argv.slice(2)) {
  console.log(JSON.stringify({ ...derive(path), operations: await table(path) }));
}
