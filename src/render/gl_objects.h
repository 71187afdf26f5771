#pragma once
// Owners of OpenGL objects, for the heat maps and for pictures without a display. All need a current context
// from construction to destruction.

#include <glad/gl.h>

#include <string>
#include <utility>

namespace gf {

/// Owns one GL object by its name (a number). `Kind::create()` makes it, `Kind::destroy(name)` frees it.
/// Moves, never copies.
template <class Kind>
class GlHandle {
  public:
    GlHandle() : name_(Kind::create()) {}
    explicit GlHandle(GLuint name) : name_(name) {} ///< takes over an object that exists
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

/// A linked shader program. Its sources stay in the common subset of GLSL 330 core and 300 es. They have no
/// #version line of their own.
class Program {
  public:
    /// `name` says in messages which shaders these are.
    /// @throws Error with the compiler's log when they do not compile or link
    Program(const std::string& name, const char* vertex_source, const char* fragment_source);

    void use() const { glUseProgram(program_.name()); }
    /// Location of a uniform; asserts that the program has it.
    GLint uniform(const char* uniform_name) const;

  private:
    GlHandle<GlProgram> program_;
};

/// Checks the calls since the last check. `where` says what they did.
/// @throws Error when GL reported an error
void check_gl(const std::string& where);

} // namespace gf
