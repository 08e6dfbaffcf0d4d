/* Answers that say no, in the description: which codes come with which status is told by the tables of the
 * codes. */
#include "openapi_parts.h"
#include "problem.h"
#include "refusal.h"

/* All codes, those of the domain first. */
enum { CODES = (int)PV_CODE_COUNT + (int)PV_API_CODE_COUNT };

static const char *code_name(int code)
{
    return code < PV_CODE_COUNT ? pv_code_name((enum pv_code)code)
                                : pv_api_code_name((enum pv_api_code)(code - PV_CODE_COUNT));
}

static int code_status(int code)
{
    return code < PV_CODE_COUNT ? pv_code_http_status((enum pv_code)code)
                                : (int)pv_api_code_status((enum pv_api_code)(code - PV_CODE_COUNT));
}

/* The first code behind `code` that a request can meet, with this status (0: any). CODES: there is none. */
static int next_code(int code, int status)
{
    do
        code++;
    while (code < CODES && (code_status(code) == 0 || (status != 0 && code_status(code) != status)));
    return code;
}

bool pv_openapi_has_problem(int status)
{
    return next_code(PV_CODE_NONE, status) < CODES;
}

/* "a","b" between quotes, or a, b. */
static void out_codes(struct pv_out *out, int status, const char *between)
{
    for (int code = next_code(PV_CODE_NONE, status); code < CODES;) {
        pv_out_cstr(out, code_name(code));
        code = next_code(code, status);
        if (code < CODES)
            pv_openapi_put(out, between);
    }
}

static void out_response(struct pv_out *out, int status)
{
    pv_openapi_put(out, "'Problem");
    pv_out_int(out, status);
    pv_openapi_put(out, "':{'description':'");
    out_codes(out, status, ", ");
    pv_openapi_put(out, ".'");
    if (status == 401)
        pv_openapi_put(out,
                       ",'headers':{'WWW-Authenticate':{'$ref':'#/components/headers/WWW-Authenticate'}}");
    if (status == 429 || status == 503)
        pv_openapi_put(out, ",'headers':{'Retry-After':{'$ref':'#/components/headers/Retry-After'}}");
    pv_openapi_put(out,
                   ",'content':{'application/problem+json':{'schema':{'$ref':'#/components/schemas/Problem");
    pv_out_int(out, status);
    pv_openapi_put(out, "'}}}}");
}

/* What no operation answers is left out: 405 belongs to addresses that have no such operation. */
static bool is_described(int status)
{
    return status != 405 && pv_openapi_has_problem(status);
}

void pv_openapi_problem_responses(struct pv_out *out)
{
    pv_openapi_put(out, "'responses':{");
    for (int status = 400; status < 600; status++) {
        if (!is_described(status))
            continue;
        if (status > 400)
            pv_out_char(out, ',');
        out_response(out, status);
    }
    pv_out_char(out, '}');
}

/* `{...}`: what is narrower than the common schema. */
static void out_narrowed(struct pv_out *out, const char *common, int status)
{
    pv_openapi_put(out, "{'allOf':[{'$ref':'#/components/schemas/");
    pv_out_cstr(out, common);
    pv_openapi_put(out, "'},{'properties':{'status':{'const':");
    pv_out_int(out, status);
    pv_openapi_put(out, "},'code':{'enum':['");
    out_codes(out, status, "','");
    pv_openapi_put(out, "']}}}]}");
}

static void out_problem_schema(struct pv_out *out, int status)
{
    pv_openapi_put(out, ",'Problem");
    pv_out_int(out, status);
    pv_openapi_put(out, "':");
    out_narrowed(out, "Problem", status);
}

static const char problem[] =
    "'Problem':{'type':'object','description':'RFC 9457. The code is stable; the other texts are for "
    "people.',"
    "'required':['type','title','status','detail','code','field','errors'],'properties':{"
    "'type':{'type':'string','pattern':'^urn:photovote:[a-z_]+$'},'title':{'type':'string'},'status':{'type':"
    "'integer'},"
    "'detail':{'type':'string'},'field':{'type':['string','null'],'description':'What the code is about: a "
    "field of the event, "
    "a header or a parameter.'},'errors':{'type':'array','description':'Every fault of the fields, in the "
    "order of the "
    "catalogue; the first is the one that is "
    "reported.','items':{'type':'object','required':['loc','msg','type'],'properties':{"
    "'loc':{'type':'array','items':{'type':'string'},'minItems':1,'maxItems':2},'msg':{'type':'string'},"
    "'type':{'type':'string'}}}},'code':{'type':'string','enum':['";

void pv_openapi_problem_schemas(struct pv_out *out)
{
    pv_openapi_put(out, problem);
    out_codes(out, 0, "','");
    pv_openapi_put(out, "']}}}");
    for (int status = 400; status < 600; status++) {
        if (is_described(status))
            out_problem_schema(out, status);
    }
}
