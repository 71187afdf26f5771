#include "render/gl_objects.h"

#include "platform/error.h"

#include <cassert>
#include <cstdio>

namespace gf {
namespace {

constexpr const char* k_version_line = "#version 330 core\n";
constexpr const char* k_shader_remedy =
    "update the graphics driver, or set LIBGL_ALWAYS_SOFTWARE=1 to draw on the CPU";

struct GlShader {
    static void destroy(GLuint name) { glDeleteShader(name); }
};

/// What the driver says about a shader or program. `get_log` is glGetShaderInfoLog or glGetProgramInfoLog.
std::string info_log(GLuint name, decltype(glGetShaderInfoLog) get_log) {
    std::string log(4096, '\0');
    GLsizei length = 0;
    get_log(name, static_cast<GLsizei>(log.size()), &length, log.data());
    log.resize(static_cast<std::size_t>(length));
    return log;
}

GlHandle<GlShader> compile(const std::string& name, GLenum kind, const char* source) {
    GlHandle<GlShader> shader(glCreateShader(kind));
    const char* parts[] = {k_version_line, source};
    glShaderSource(shader.name(), 2, parts, nullptr);
    glCompileShader(shader.name());
    GLint ok = 0;
    glGetShaderiv(shader.name(), GL_COMPILE_STATUS, &ok);
    if (!ok)
        throw Error({"shader " + name + (kind == GL_VERTEX_SHADER ? ".vert" : ".frag"), "GLSL that compiles",
                     info_log(shader.name(), glGetShaderInfoLog), k_shader_remedy});
    return shader;
}

} // namespace

Program::Program(const std::string& name, const char* vertex_source, const char* fragment_source) {
    const auto vertex = compile(name, GL_VERTEX_SHADER, vertex_source);
    const auto fragment = compile(name, GL_FRAGMENT_SHADER, fragment_source);
    glAttachShader(program_.name(), vertex.name());
    glAttachShader(program_.name(), fragment.name());
    glLinkProgram(program_.name());
    GLint ok = 0;
    glGetProgramiv(program_.name(), GL_LINK_STATUS, &ok);
    if (!ok)
        throw Error({"shader program " + name, "shaders that link",
                     info_log(program_.name(), glGetProgramInfoLog), k_shader_remedy});
}

GLint Program::uniform(const char* uniform_name) const {
    const GLint location = glGetUniformLocation(program_.name(), uniform_name);
    assert(location >= 0 && "no such uniform, or the compiler removed it");
    return location;
}

void check_gl(const std::string& where) {
    const GLenum code = glGetError();
    if (code == GL_NO_ERROR) return;
    const char* meaning = code == GL_OUT_OF_MEMORY ? "out of graphics memory" : "GL error";
    char number[16];
    std::snprintf(number, sizeof number, " 0x%04x", code);
    throw Error({where, "", meaning + std::string(number),
                 "make the window smaller, or set LIBGL_ALWAYS_SOFTWARE=1"});
}

} // namespace gf
