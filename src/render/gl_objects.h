#pragma once
// Owners of GL names. All need a current context from construction to destruction.

#include <glad/gl.h>

#include <string>
#include <utility>

namespace gf {

/// Owns one GL name; `Kind::create()` makes it, `Kind::destroy(name)` frees it. Moves, never copies.
template <class Kind>
class GlHandle {
  public:
    GlHandle() : name_(Kind::create()) {}
    explicit GlHandle(GLuint name) : name_(name) {}
    GlHandle(GlHandle&& other) noexcept : name_(std::exchange(other.name_, 0)) {}
    GlHandle& operator=(GlHandle&& other) noexcept {
        std::swap(name_, other.name_);
        return *this;
    }
    ~GlHandle() {
        if (name_) Kind::destroy(name_);
    }
    GLuint name() const { return name_; }

  private:
    GLuint name_;
};

struct GlTexture {
    static GLuint create() {
        GLuint name = 0;
        glGenTextures(1, &name);
        return name;
    }
    static void destroy(GLuint name) { glDeleteTextures(1, &name); }
};

struct GlBuffer {
    static GLuint create() {
        GLuint name = 0;
        glGenBuffers(1, &name);
        return name;
    }
    static void destroy(GLuint name) { glDeleteBuffers(1, &name); }
};

struct GlVertexArray {
    static GLuint create() {
        GLuint name = 0;
        glGenVertexArrays(1, &name);
        return name;
    }
    static void destroy(GLuint name) { glDeleteVertexArrays(1, &name); }
};

struct GlFramebuffer {
    static GLuint create() {
        GLuint name = 0;
        glGenFramebuffers(1, &name);
        return name;
    }
    static void destroy(GLuint name) { glDeleteFramebuffers(1, &name); }
};

struct GlRenderbuffer {
    static GLuint create() {
        GLuint name = 0;
        glGenRenderbuffers(1, &name);
        return name;
    }
    static void destroy(GLuint name) { glDeleteRenderbuffers(1, &name); }
};

struct GlProgram {
    static GLuint create() { return glCreateProgram(); }
    static void destroy(GLuint name) { glDeleteProgram(name); }
};

using Texture = GlHandle<GlTexture>;
using Buffer = GlHandle<GlBuffer>;
using VertexArray = GlHandle<GlVertexArray>;
using Framebuffer = GlHandle<GlFramebuffer>;
using Renderbuffer = GlHandle<GlRenderbuffer>;

/// A linked shader program. Sources are the common subset of GLSL 330 core and 300 es, without a #version
/// line.
class Program {
  public:
    /// @throws Error with the compiler's log; `name` says which shaders
    Program(const std::string& name, const char* vertex_source, const char* fragment_source);

    void use() const { glUseProgram(program_.name()); }
    /// Location of a uniform; asserts that the program has it.
    GLint uniform(const char* uniform_name) const;

  private:
    GlHandle<GlProgram> program_;
};

/// Throws Error when GL reported an error since the last call; `where` says what was being done.
void check_gl(const std::string& where);

} // namespace gf
